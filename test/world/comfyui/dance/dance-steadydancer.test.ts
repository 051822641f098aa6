import { describe, expect, it } from 'vitest';
import type { DanceCommandOptions } from '../../../../src/commands/dance.ts';
import type { Failure } from '../../../../src/contract/failure.ts';
import { danceFolder } from './dance-folder.ts';
import { type ServerScript, startSteadydancer } from './steadydancer-server.ts';

const here = danceFolder();

async function steadydancer(script?: ServerScript) {
  const server = await startSteadydancer(script);
  here.after(server.stop);
  return server;
}

describe('against the real packs’ classes', () => {
  it('looks for the poses, then renders with sound, and keeps the film', async () => {
    const { url, graphs } = await steadydancer();
    const { exitCode, out, said, error } = await here.run(['mia.png', 'waltz.mp4'], {
      ...{ url, prompt: 'a woman dancing', output: 'dance.mp4' },
    });
    expect(error).toBeNull();
    expect(exitCode).toBe(0);
    expect(out).toEqual([here.path('dance.mp4')]);
    expect(said).toContain('  Looking for the poses.');
    expect(graphs).toHaveLength(2);
    const [poses, film] = graphs;
    expect(Object.values(poses ?? {}).map((node) => node.class_type)).not.toContain(
      'WanVideoModelLoader',
    );
    // The server keeps the poses only where both graphs ask for them in the same words.
    for (const id of ['1', '2', '3', '20', '21', '22']) expect(film?.[id]).toEqual(poses?.[id]);
    expect(film?.['18']?.inputs.audio).toEqual(['3', 2]);
    expect(film?.['10']?.inputs.positive_prompt).toBe('a woman dancing');
    expect(film?.['13']?.inputs.model).toContain('fp8');
  });

  it.each<[string, ServerScript, DanceCommandOptions, string, RegExp]>([
    [
      'no nodes',
      { without: ['WanVideoAddSteadyDancerEmbeds'] },
      {},
      'dance-not-steadydancer',
      /no SteadyDancer nodes/,
    ],
    [
      'no weights',
      { lists: { model: ['flux.safetensors'] } },
      {},
      'dance-model-missing',
      /no weights of SteadyDancer/,
    ],
    [
      'no pose models',
      { lists: { vitpose_model: [] } },
      {},
      'dance-pose-nodes-missing',
      /cannot find poses/,
    ],
    [
      'nobody in the photo',
      { nobodyIn: 'photo' },
      {},
      'dance-no-person',
      /No person was found in mia\.png/,
    ],
    [
      'nobody in the clip',
      { nobodyIn: 'clip' },
      {},
      'dance-no-person',
      /No person was found in waltz\.mp4/,
    ],
    [
      'too large a film',
      { videoBytes: 12 * 2 ** 30 },
      { size: '2560x1440' },
      'dance-too-long',
      /estimate: fp8 weights, 40 of 40 blocks/,
    ],
    [
      'too little memory',
      { memoryBytes: 16 * 2 ** 30 },
      {},
      'dance-too-long',
      /of memory \(estimate/,
    ],
    [
      'a detector that breaks',
      {
        breaks: {
          node: '21',
          type: 'PoseDetectionOneToAllAnimation',
          exception: 'IndexError',
          message: 'list index out of range',
        },
      },
      {},
      'dance-no-person',
      /mia\.png or waltz\.mp4/,
    ],
    [
      'video memory that is full',
      {
        breaks: {
          node: '16',
          type: 'WanVideoSampler',
          exception: 'torch.OutOfMemoryError',
          message: 'Allocation on device',
        },
      },
      {},
      'smoke-out-of-memory',
      /node 16 \(WanVideoSampler\)/,
    ],
  ])('%s: said before the models are loaded', async (_, script, options, code, sentence) => {
    const { url, graphs } = await steadydancer(script);
    const { error, report } = await here.run(['mia.png', 'waltz.mp4'], {
      url,
      json: true,
      ...options,
    });
    expect(report?.error?.code).toBe(code);
    expect((error as Error).message).toMatch(sentence);
    const rendered = graphs.some((graph) => graph['16']);
    expect(rendered).toBe(code === 'smoke-out-of-memory');
  });

  it('a photo of a queue in which nobody is found does not keep the others from dancing', async () => {
    const { url } = await steadydancer({ emptyPhoto: 'mia' });
    const { error, report, said } = await here.run(['mia.png', 'tom.jpg', 'waltz.mp4'], {
      ...{ url, json: true, output: 'films/' },
    });
    expect(said).toContain(
      'No person was found in mia.png; nothing was rendered. On to the next one.',
    );
    expect((error as Failure).details).toMatchObject({
      code: 'dance-no-person',
      sentence: expect.stringMatching(/^1 of 2 dances gave no film\. The first: No person was/),
    });
    expect(report).toMatchObject({ ok: false, error: { code: 'dance-no-person' } });
    expect(report?.dances).toMatchObject([
      { ok: false, output: null, error: { code: 'dance-no-person' } },
      { ok: true, output: { path: here.path('films/tom-waltz.mp4') } },
    ]);
    expect(report?.outputs).toHaveLength(1);
  });

  it('full video memory ends a queue: the next film needs as much', async () => {
    const { url, graphs } = await steadydancer({
      breaks: {
        ...{ node: '16', type: 'WanVideoSampler' },
        ...{ exception: 'torch.OutOfMemoryError', message: 'Allocation on device' },
      },
    });
    const { error, report } = await here.run(['mia.png', 'tom.jpg', 'waltz.mp4'], {
      ...{ url, json: true, output: 'films/', size: '480x832' },
    });
    const { code, fixes } = (error as Failure).details;
    expect(code).toBe('smoke-out-of-memory');
    expect(fixes?.[0]?.command).toBe('steadydancer dance … --size 336x576');
    expect(fixes?.some(({ applies }) => applies === 'text-encoder-fp8')).toBe(true);
    expect(graphs.filter((graph) => graph['16'])).toHaveLength(1);
    expect(report?.dances[1]).not.toHaveProperty('error');
  });

  it('renders what the estimate refuses when told so, and a drawn skeleton without a search', async () => {
    const { url, graphs } = await steadydancer({ videoBytes: 12 * 2 ** 30 });
    const { exitCode } = await here.run(['mia.png', 'waltz.mp4'], {
      ...{ url, size: '2560x1440', anyway: true, drawn: true },
    });
    expect(exitCode).toBe(0);
    expect(graphs.map((graph) => graph['8']?.inputs.image)).toEqual([['3', 0]]);
  });
});
