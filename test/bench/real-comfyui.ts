// The client and the smoke levels against a real ComfyUI, by hand: node test/bench/real-comfyui.ts URL
//
// A ComfyUI on the CPU needs no GPU: its checkout, a virtual environment with its requirements.txt, and
// `python main.py --cpu --disable-all-custom-nodes --port 8189`. It asks for no models.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ComfyClient, createComfyClient } from '../../src/comfyui/client.ts';
import type { Graph } from '../../src/comfyui/graph.ts';
import { runGraph } from '../../src/comfyui/run-graph.ts';
import { fittingGraph } from '../../src/comfyui/shipped-graphs.ts';
import { runSmoke } from '../../src/comfyui/smoke/run.ts';
import { systemClock } from '../../src/ports/clock.ts';

const node = (class_type: string, inputs: Record<string, unknown>): Graph[string] => ({
  ...{ class_type, inputs },
});
const picture = (color: number, batch_size: number) =>
  node('EmptyImage', { width: 64, height: 112, batch_size, color });
/** Red, then green: nine frames that change once. */
const redGreen = {
  '1': picture(0xff0000, 4),
  '2': picture(0x00ff00, 5),
  '3': node('ImageBatch', { image1: ['1', 0], image2: ['2', 0] }),
};
const saved = (class_type: string, inputs: Record<string, unknown>): Graph => ({
  ...redGreen,
  '9': node(class_type, { images: ['3', 0], filename_prefix: 'bench', fps: 16, ...inputs }),
});

/** Graph, and what the level `file` says of it. */
const films: [string, Graph, RegExp][] = [
  [
    'SaveWEBM vp9',
    saved('SaveWEBM', { codec: 'vp9', crf: 32 }),
    /9 frames of 64x112, vp9, 0\.6 s\. .* cannot be told/,
  ],
  ['SaveWEBM av1', saved('SaveWEBM', { codec: 'av1', crf: 32 }), /9 frames of 64x112, av1, 0\.6 s/],
  [
    'SaveAnimatedWEBP (leaves out equal frames)',
    saved('SaveAnimatedWEBP', { lossless: false, quality: 80, method: 'default' }),
    /2 frames of 64x112, webp, 0\.6 s/,
  ],
  [
    'SaveAnimatedPNG (leaves out equal frames)',
    saved('SaveAnimatedPNG', { compress_level: 4 }),
    /2 frames of 64x112, 0\.6 s\. It moves and is not black/,
  ],
  [
    'SaveVideo, frames shown',
    {
      ...redGreen,
      '4': node('CreateVideo', { images: ['3', 0], fps: 16 }),
      '5': node('PreviewImage', { images: ['3', 0] }),
      '9': node('SaveVideo', {
        ...{ video: ['4', 0], filename_prefix: 'bench', format: 'mp4', codec: 'h264' },
      }),
    },
    /9 frames of 64x112, avc1, 0\.6 s\. It moves and is not black/,
  ],
  [
    'SaveVideo, black',
    {
      '1': picture(0, 9),
      '4': node('CreateVideo', { images: ['1', 0], fps: 16 }),
      '5': node('PreviewImage', { images: ['1', 0] }),
      '9': node('SaveVideo', {
        ...{ video: ['4', 0], filename_prefix: 'bench', format: 'mp4', codec: 'h264' },
      }),
    },
    /is black/,
  ],
];

const url = process.argv[2];
if (!url) throw new Error('usage: node test/bench/real-comfyui.ts URL');
const client = createComfyClient({ url });
const folder = await mkdtemp(join(tmpdir(), 'sd-bench-'));
const signal = AbortSignal.timeout(10 * 60_000);
let wrong = 0;
const check = (name: string, is: boolean, seen: string) => {
  if (!is) wrong += 1;
  console.log(`${is ? 'ok  ' : 'FAIL'} ${name}: ${seen}`);
};

async function smoke(graph: Graph) {
  const { levels } = await runSmoke({
    ...{ client, graph, signal, clock: systemClock, outDir: folder, emit: () => {} },
    gpuExpected: { kind: 'any' },
  });
  return levels;
}

try {
  const own = await smoke(await fittingGraph(client, signal));
  for (const { id, status, detail } of own) check(id, status !== 'fail', detail);
  for (const [name, graph, words] of films) {
    const detail = (await smoke(graph)).find(({ id }) => id === 'file')?.detail ?? 'not reached';
    check(name, words.test(detail), detail);
  }
  const missing = await smoke({ '1': node('NoSuchNode', {}) });
  const failed = missing.find(({ status }) => status === 'fail');
  check('a class that is missing', failed?.code === 'smoke-node-missing', failed?.detail ?? '');
  await interrupted(client);
  await client.free({ signal });
  check('free', true, 'taken');
} finally {
  await client.close();
  await rm(folder, { recursive: true });
}
process.exitCode = wrong === 0 ? 0 : 1;

/** Forty large pictures, saved one by one: long enough to be stopped. */
async function interrupted(on: ComfyClient): Promise<void> {
  const stop = new AbortController();
  const graph = {
    '1': node('EmptyImage', { width: 2048, height: 2048, batch_size: 40, color: 0x123456 }),
    '9': node('SaveImage', { images: ['1', 0], filename_prefix: 'bench' }),
  };
  const reason = new Error('stopped by the bench');
  const end = await runGraph({
    ...{ client: on, graph, clientId: 'bench', clock: systemClock, what: 'it' },
    signal: stop.signal,
    onSubmitted: () => stop.abort(reason),
  }).catch((error: unknown) => error);
  check('a run that is cancelled', end === reason, String(end));
}
