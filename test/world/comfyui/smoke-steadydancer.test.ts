import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createComfyClient } from '../../../src/comfyui/client.ts';
import { type BuiltChoices, steadydancerSmoke } from '../../../src/comfyui/graphs/smoke.ts';
import { inspectMedia } from '../../../src/comfyui/media/inspect.ts';
import { judgeMedia } from '../../../src/comfyui/smoke/judge-media.ts';
import { runSmoke, type SmokeOptions } from '../../../src/comfyui/smoke/run.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import { type ServerScript, startSteadydancer } from './dance/steadydancer-server.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
const film = (name: string) => join(import.meta.dirname, '../../fixtures/mp4', name);
/** In the size of the film that the server gives. */
const size = { width: 64, height: 112, frames: 17 };

async function test(
  script: ServerScript = {},
  choices: BuiltChoices = {},
  more: Partial<SmokeOptions> = {},
) {
  const server = await startSteadydancer(script);
  const client = createComfyClient({ url: server.url });
  const outDir = await mkdtemp(join(tmpdir(), 'sd-smoke-real-'));
  cleanups.push(() => rm(outDir, { recursive: true }), server.stop, client.close);
  const signal = new AbortController().signal;
  const { graph, expected } = await steadydancerSmoke({ smoke: size, ...choices }, client, signal);
  const outcome = await runSmoke({
    ...{ client, graph, fileExpected: expected, outDir, signal, clock: systemClock },
    ...{ gpuExpected: { kind: 'any' }, emit: () => {} },
    ...more,
  });
  const level = (id: string) => outcome.levels.find((one) => one.id === id);
  return { outcome, level, graph, outDir };
}

describe('the test video of SteadyDancer', () => {
  it('is rendered by what was built, and its frames are seen', async () => {
    const { outcome, level, graph, outDir } = await test(
      {},
      { variant: 'fp8', textEncoder: 'fp8', attention: 'flash-attn', blockSwap: 10 },
      { attention: { asked: 'flash-attn', server: 'pytorch' } },
    );
    expect(outcome.failure).toBeNull();
    expect(outcome.levels.every(({ status }) => status === 'ok')).toBe(true);
    expect(graph['10']?.inputs.model_name).toBe('umt5-xxl-enc-fp8_e4m3fn.safetensors');
    expect(graph['12']?.inputs.blocks_to_swap).toBe(10);
    expect(level('file')?.detail).toMatch(
      /17 frames of 64x112, avc1, .* It moves and is not black/,
    );
    // The shown frames were for the look only; the first one is kept.
    expect((await readdir(outDir)).sort()).toEqual([
      'steadydancer_smoke_00001-first-frame.png',
      'steadydancer_smoke_00001.mp4',
    ]);
  });

  it.each<[ServerScript, BuiltChoices, Partial<SmokeOptions>, string, string]>([
    [{ shows: 'black' }, {}, {}, 'file', 'smoke-file-black'],
    [{ shows: 'still' }, {}, {}, 'file', 'smoke-file-still'],
    [{}, { smoke: { ...size, width: 128 } }, {}, 'file', 'smoke-file-size'],
    [{}, { smoke: { ...size, frames: 21 } }, {}, 'file', 'smoke-file-size'],
    [{}, { variant: 'fp16' }, {}, 'models', 'smoke-model-missing'],
    [
      { lists: { attention_mode: ['sdpa'] } },
      { attention: 'sageattention' },
      { attention: { asked: 'sageattention', server: null } },
      'nodes',
      'smoke-attention-other',
    ],
    [
      {},
      { attention: 'sdpa' },
      { attention: { asked: 'flash-attn', server: null } },
      'nodes',
      'smoke-attention-other',
    ],
    [
      {},
      { attention: 'xformers' },
      { attention: { asked: 'xformers', server: 'pytorch' } },
      'nodes',
      'smoke-attention-other',
    ],
    [{ without: ['WanVideoAddSteadyDancerEmbeds'] }, {}, {}, 'nodes', 'smoke-node-missing'],
  ])('%j %j %j fails %s', async (script, choices, more, id, code) => {
    const { outcome, level } = await test(script, choices, more);
    expect(outcome.failure?.code).toBe(code);
    expect(level(id)).toMatchObject({ status: 'fail', code });
  });

  it('names the pack that did not load where node classes are missing', async () => {
    const why = "ModuleNotFoundError: No module named 'gguf'";
    const { level } = await test(
      { without: ['WanVideoDecode'] },
      {},
      {
        importFailures: [{ pack: 'ComfyUI-WanVideoWrapper', why, missingClasses: 13 }],
      },
    );
    expect(level('nodes')?.detail).toContain(`ComfyUI-WanVideoWrapper did not load: ${why}`);
  });
});

describe('an MP4 whose frames nobody shows', () => {
  it('is a still when its frames hold nothing after the first', async () => {
    const still = await inspectMedia(film('still.mp4'));
    expect(() => judgeMedia('still.mp4', still, {})).toThrow(/does not move/);
    const moving = await inspectMedia(film('moving.mp4'));
    const { detail } = judgeMedia('moving.mp4', moving, {});
    expect(detail).toMatch(/It moves; black cannot be told without decoding it\.$/);
    if (moving.kind !== 'coded') throw new Error('not an MP4');
    const other = judgeMedia('x.mp4', { ...moving, codec: 'av01' }, {});
    expect(other.detail).toMatch(/Black or still cannot be told without decoding av01\.$/);
  });
});
