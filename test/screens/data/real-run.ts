import type { Picture } from '../../../src/comfyui/media/pixels.ts';
import { measuredWords } from '../../../src/comfyui/smoke/render-measures.ts';
import type { Event } from '../../../src/contract/events.ts';
import { type Timed, timed } from './runs.ts';

const image = {
  ref: 'steadydancer:8c1f03a28c1f',
  id: `sha256:${'8c'.repeat(32)}`,
  bytes: 11_400_000_000,
};
const asked = { recipe: 'steadydancer', variant: 'fp8', attention: 'flash-attn', blockSwap: 10 };
const output = (name: string, mime: string) => ({
  path: `/home/mia/steadydancer/output/${name}`,
  bytes: 48_303,
  mime,
});

/** What the test video measured, in the engine's own words. */
const { text } = measuredWords(
  // Steps and pixels of such a length that the estimate is A10's order of time.
  { stepMs: 1_000, steps: 4, pixelMs: 5_000 },
  { peakBytes: 18.9 * 2 ** 30, totalBytes: 24 * 2 ** 30 },
  { width: 256, height: 448, frames: 17 },
);

const levels = [
  ['reachable', 'ComfyUI v0.21.0, ready after 48 s'],
  ['gpu', 'RTX 4090; bf16 and flash-attn kernels ran'],
  ['nodes', '18 of 18 that the workflow needs'],
  ['models', "6 of 6 in the loaders' lists"],
  ['workflow', 'accepted without errors'],
  ['render', `The server rendered in 41.0 s. ${text}`],
  ['file', 'h264, 1.06 s, not black, not a still'],
] as const;
const smoke = levels.map(([id, detail]) => ({ id, status: 'ok' as const, detail, ms: 100 }));

const bodies: Timed[] = [
  [
    0,
    {
      type: 'run.started',
      runId: '20261124-140000-7f3a',
      planDigest: '8c1f03a2'.repeat(8),
      profile: 'rtx4090-fp8',
      recipe: 'steadydancer',
    },
  ],
  ...([14.1e9, 14.6e9] as const).map(
    (freeBytes, at): Timed => [
      2_000 + at,
      {
        type: 'disk',
        place: 'docker',
        name: 'C:',
        freeBytes,
        totalBytes: 500e9,
        bytesPerSecond: 0,
      },
    ],
  ),
  [
    2_003,
    {
      type: 'disk',
      place: 'models',
      name: 'C:',
      freeBytes: 14.6e9,
      totalBytes: 500e9,
      bytesPerSecond: 0,
    },
  ],
  ...smoke.map((level): Timed => [2_040, { type: 'smoke.level', ...level }]),
  [
    2_050,
    {
      type: 'result',
      ok: true,
      exitCode: 0,
      runId: '20261124-140000-7f3a',
      runDir: '/home/mia/.local/state/steadydancer/runs/20261124-140000-7f3a',
      planDigest: '8c1f03a2'.repeat(8),
      summary: 'ComfyUI runs at http://127.0.0.1:8188 and passed its test.',
      image,
      container: { id: 'c1', name: 'steadydancer-rtx4090-fp8', state: 'running' },
      url: 'http://127.0.0.1:8188',
      asked,
      built: asked,
      phases: [
        { id: 'prepare', ok: true, ms: 30, satisfied: true },
        { id: 'image', ok: true, ms: 1_068_000 },
        { id: 'models', ok: true, ms: 800_000 },
        { id: 'smoke', ok: true, ms: 161_000 },
      ],
      smoke,
      outputs: [
        output('steadydancer-smoke_00001.mp4', 'video/mp4'),
        output('steadydancer-smoke_00001-first-frame.png', 'image/png'),
      ],
      diagnoses: [],
    },
  ],
];

/** A run of the real image that went well (MOCKUPS A10). */
export const realRun: Event[] = timed(bodies);

/** Red above, blue below, as high and wide as the test video. */
export const framePicture: Picture = { width: 256, height: 448, rgba: halves(256, 448) };

function halves(width: number, height: number): Uint8Array {
  const rgba = new Uint8Array(width * height * 4);
  for (let at = 0; at < width * height; at += 1) {
    const above = at < (width * height) / 2;
    rgba.set([above ? 255 : 0, 0, above ? 0 : 255, 255], at * 4);
  }
  return rgba;
}
