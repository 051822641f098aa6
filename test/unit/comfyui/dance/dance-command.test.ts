import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createComfyClient } from '../../../../src/comfyui/client.ts';
import { type DanceCommandOptions, dance } from '../../../../src/commands/dance.ts';
import type { Io } from '../../../../src/commands/io.ts';
import { danceSchema } from '../../../../src/contract/dance.ts';
import { Failure, UsageError } from '../../../../src/contract/failure.ts';
import { startStandIn } from '../../rehearsal/stand-in.ts';
import { type ServerScript, startSteadydancer } from './steadydancer-server.ts';

const fixtures = join(import.meta.dirname, '../../../fixtures');
let folder: string;
const cleanups: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sd-dance-'));
  await copyFile(join(fixtures, 'pictures/plain.png'), join(folder, 'mia.png'));
  await copyFile(join(fixtures, 'pictures/turned.jpg'), join(folder, 'tom.jpg'));
  await copyFile(join(fixtures, 'mp4/h264-aac-faststart.mp4'), join(folder, 'waltz.mp4'));
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
  await rm(folder, { recursive: true });
});

async function run(files: string[], options: DanceCommandOptions) {
  const out: string[] = [];
  const said: string[] = [];
  const io: Io = {
    ...{ env: {}, cwd: folder, home: folder, interactive: false },
    out: (line) => out.push(line),
    say: (line) => said.push(line),
  };
  let error: unknown = null;
  const exitCode = await dance(files, { size: '64x112', ...options }, io).catch((thrown) => {
    error = thrown;
    return null;
  });
  const report = options.json ? danceSchema.strict().parse(JSON.parse(out.at(-1) ?? '')) : null;
  return { exitCode, out, said, error, report };
}

async function standIn(fault?: Parameters<typeof startStandIn>[0]) {
  const server = await startStandIn(fault);
  cleanups.push(server.stop);
  return server;
}

async function steadydancer(script?: ServerScript) {
  const server = await startSteadydancer(script);
  cleanups.push(server.stop);
  return server;
}

describe('against the rehearsal', () => {
  it('uploads, renders, says that it is a rehearsal, and prints the path alone on stdout', async () => {
    const { url, inputDir } = await standIn();
    const { exitCode, out, said } = await run(['mia.png', 'waltz.mp4'], { url, seed: '7' });
    expect(exitCode).toBe(0);
    // An APNG is no MP4, whatever was asked for.
    expect(out).toEqual([join(folder, 'mia-waltz.png')]);
    expect(said[0]).toContain('rehearsal');
    expect(said[1]).toBe('mia.png dances waltz.mp4: 64x112, 13 frames, 0.8 s, seed 7.');
    expect(said.at(-1)).toMatch(/13 frames of 64x112\. It moves and is not black\. Rendered in/);
    const uploaded = await readdir(inputDir);
    expect(uploaded.map((name) => name.replace(/[0-9a-f]{12}/, '#')).sort()).toEqual([
      'sd_mia_#.png',
      'sd_waltz_#.mp4',
    ]);
    for (const [name, from] of [
      ['sd_mia', 'mia.png'],
      ['sd_waltz', 'waltz.mp4'],
    ] as const) {
      const there = uploaded.find((file) => file.startsWith(name)) ?? '';
      expect(await readFile(join(inputDir, there))).toEqual(await readFile(join(folder, from)));
    }
  });

  it('never overwrites: a taken name gets a number, and nothing else is left', async () => {
    const { url } = await standIn();
    await writeFile(join(folder, 'mine.png'), 'a picture of mine');
    for (const n of [2, 3]) {
      const { out } = await run(['mia.png', 'waltz.mp4'], { url, output: 'mine.mp4' });
      expect(out).toEqual([join(folder, `mine-${n}.png`)]);
    }
    expect(await readFile(join(folder, 'mine.png'), 'utf8')).toBe('a picture of mine');
    expect((await readdir(folder)).sort()).toEqual([
      ...['mia.png', 'mine-2.png', 'mine-3.png', 'mine.png', 'tom.jpg', 'waltz.mp4'],
    ]);
  });

  it('dances each photo with each clip, as one document', async () => {
    const { url } = await standIn();
    const { exitCode, report, out } = await run(['mia.png', 'waltz.mp4', 'tom.jpg'], {
      ...{ url, json: true, output: 'films/', seconds: '0.5' },
    });
    expect(exitCode).toBe(0);
    expect(out).toHaveLength(1);
    expect(report).toMatchObject({ ok: true, rehearsal: true, url });
    expect(report?.outputs.map(({ path }) => path)).toEqual([
      join(folder, 'films', 'mia-waltz.png'),
      join(folder, 'films', 'tom-waltz.png'),
    ]);
    expect(report?.dances).toMatchObject([
      { ok: true, frames: 5 },
      { ok: true, frames: 5 },
    ]);
  });

  it('takes a clip that does not say how long it is, and says how much of it is danced', async () => {
    const { url } = await standIn();
    await writeFile(
      join(folder, 'clip.webm'),
      Buffer.from('1a45dfa39f4286810142f7810142f281', 'hex'),
    );
    const { exitCode, said, out } = await run(['mia.png', 'clip.webm'], { url, seconds: '0.8' });
    expect(exitCode).toBe(0);
    expect(out).toEqual([join(folder, 'mia-clip.png')]);
    expect(said.join('\n')).toContain('mia.png dances clip.webm: 64x112, 13 frames, 0.8 s');
    const all = await run(['mia.png', 'clip.webm'], { url: 'http://127.0.0.1:9' });
    expect(all.said[0]).toBe(
      'The clip does not say how long it is: 5.1 s of it at most are danced.',
    );
  });

  it('is taken off the server by Ctrl-C, with exit code 130 and nothing saved', async () => {
    const { url } = await standIn('hang-in-render');
    const client = createComfyClient({ url });
    cleanups.push(() => client.close());
    const running = run(['mia.png', 'waltz.mp4'], { url, json: true });
    await expect.poll(async () => (await client.queue()).running.length).toBe(1);
    process.emit('SIGINT', 'SIGINT');
    const { exitCode, report } = await running;
    expect(exitCode).toBe(130);
    expect(report).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(report?.dances[0]?.promptId).toMatch(/\S/);
    await expect.poll(() => client.queue()).toEqual({ running: [], pending: [] });
    expect((await readdir(folder)).sort()).toEqual(['mia.png', 'tom.jpg', 'waltz.mp4']);
  });

  it.each([
    ['execution-error', 'smoke-render-error'],
    ['out-of-memory', 'smoke-out-of-memory'],
    ['black-video', 'smoke-file-black'],
    ['still-video', 'smoke-file-still'],
    ['file-gone', 'smoke-file-missing'],
  ] as const)('%s is %s, in the document too, and no file is kept', async (fault, code) => {
    const { url } = await standIn(fault);
    const { error, report } = await run(['mia.png', 'waltz.mp4'], { url, json: true });
    expect(error).toBeInstanceOf(Failure);
    expect(report).toMatchObject({ ok: false, outputs: [], error: { code } });
    expect((await readdir(folder)).sort()).toEqual(['mia.png', 'tom.jpg', 'waltz.mp4']);
  });
});

describe('against the real packs’ classes', () => {
  it('looks for the poses, then renders with sound, and keeps the film', async () => {
    const { url, graphs } = await steadydancer();
    const { exitCode, out, said, error } = await run(['mia.png', 'waltz.mp4'], {
      ...{ url, prompt: 'a woman dancing', output: 'dance.mp4' },
    });
    expect(error).toBeNull();
    expect(exitCode).toBe(0);
    expect(out).toEqual([join(folder, 'dance.mp4')]);
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
    const { error, report } = await run(['mia.png', 'waltz.mp4'], { url, json: true, ...options });
    expect(report?.error?.code).toBe(code);
    expect((error as Error).message).toMatch(sentence);
    const rendered = graphs.some((graph) => graph['16']);
    expect(rendered).toBe(code === 'smoke-out-of-memory');
  });

  it('renders what the estimate refuses when told so, and a drawn skeleton without a search', async () => {
    const { url, graphs } = await steadydancer({ videoBytes: 12 * 2 ** 30 });
    const { exitCode } = await run(['mia.png', 'waltz.mp4'], {
      ...{ url, size: '2560x1440', anyway: true, drawn: true },
    });
    expect(exitCode).toBe(0);
    expect(graphs.map((graph) => graph['8']?.inputs.image)).toEqual([['3', 0]]);
  });
});

describe('wrong input is said before anything is asked', () => {
  const url = 'http://127.0.0.1:9';
  it.each<[string[], DanceCommandOptions, RegExp]>([
    [['mia.png', 'absent.mp4'], {}, /absent\.mp4 cannot be used: it is not there/],
    [['mia.png', 'noise.mp4'], {}, /noise\.mp4 cannot be used: it is neither/],
    [['mia.png', 'cut.mp4'], {}, /cut\.mp4 cannot be used: the MP4/],
    [['phone.heic', 'waltz.mp4'], {}, /heic picture; save it as JPEG/],
    [['dot.png', 'waltz.mp4'], {}, /only 8x8 pixels/],
    [['mia.png', 'tom.jpg'], {}, /needs a clip/],
    [['waltz.mp4', 'waltz.mp4'], {}, /needs a photo/],
    [['mia.png', 'waltz.mp4'], { size: '480x830' }, /multiples of 16.*nearest is 480x832/],
    [['mia.png', 'waltz.mp4'], { size: 'large' }, /--size takes WIDTHxHEIGHT/],
    [['mia.png', 'waltz.mp4'], { seconds: '0' }, /--seconds takes/],
    [['mia.png', 'waltz.mp4'], { seed: '-1' }, /--seed takes/],
    [['mia.png', 'tom.jpg', 'waltz.mp4'], { output: 'one.mp4' }, /2 films need a folder/],
  ])('%j %j', async (files, options, sentence) => {
    await writeFile(join(folder, 'noise.mp4'), 'no film at all, only words');
    const whole = await readFile(join(folder, 'waltz.mp4'));
    await writeFile(join(folder, 'cut.mp4'), whole.subarray(0, whole.length / 2));
    await writeFile(join(folder, 'phone.heic'), Buffer.from('\0\0\0\x18ftypheic\0\0\0\0'));
    const dot = await readFile(join(folder, 'mia.png'));
    dot.writeUInt32BE(8, 16);
    dot.writeUInt32BE(8, 20);
    await writeFile(join(folder, 'dot.png'), dot);
    const { error, report } = await run(files, { url, json: true, ...options });
    expect((error as Error).message).toMatch(sentence);
    const code = error instanceof Failure ? error.details.exitCode : null;
    expect(error instanceof UsageError || code === 2).toBe(true);
    expect(report).toMatchObject({ ok: false, url: null });
  });
});
