import { LogTail } from '../../../screens/panes/log-tail.ts';
import type { Event, EventBody } from '../../../src/contract/events.ts';
import { replay } from '../../../src/pipeline/reducer.ts';
import type { RunState } from '../../../src/pipeline/run-state.ts';
import type { Clock } from '../../../src/ports/clock.ts';

export const START = Date.parse('2026-11-24T14:00:00.000Z');
export type Timed = [second: number, body: EventBody];

export function timed(bodies: readonly Timed[]): Event[] {
  return bodies.map(([second, body]) => ({
    v: 1,
    at: new Date(START + second * 1000).toISOString(),
    ...body,
  }));
}

/** A clock that stands at a second of the run. */
export function clockAt(second: number): Clock {
  return {
    now: () => new Date(START + second * 1000),
    monotonicMs: () => performance.now(),
    sleep: async () => {},
  };
}

const vertex = (
  id: string,
  name: string,
  state: 'waiting' | 'running' | 'done',
  ms?: number,
): EventBody => ({
  type: 'build.vertex',
  id,
  name,
  state,
  cached: false,
  ...(ms === undefined ? {} : { ms }),
});

/** A5 of the mock-ups: minute 6 of a real image. */
const minuteSixTimed: Timed[] = [
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
  [0, { type: 'phase.started', phase: 'prepare' }],
  [20, { type: 'phase.finished', phase: 'prepare', ok: true, ms: 20_000 }],
  [20, { type: 'phase.started', phase: 'validate' }],
  [21, { type: 'phase.finished', phase: 'validate', ok: true, ms: 1_000 }],
  [21, { type: 'phase.started', phase: 'dependencies' }],
  [22, vertex('b1', '[base 1/3] FROM docker.io/library/debian:trixie-slim', 'done', 9_000)],
  [22, vertex('b2', '[base 2/3] COPY certs /usr/local/share/ca-certificates', 'done', 200)],
  [
    22,
    vertex('b3', '[base 3/3] RUN apt-get update && apt-get install -y git ffmpeg', 'done', 108_000),
  ],
  ...['uv', 'lock', 'proxy', 'user', 'dirs', 'locale'].map(
    (name): Timed => [150, vertex(name, `[tools 1/6] RUN prepare ${name}`, 'done', 4_000)],
  ),
  [
    196,
    vertex(
      't1',
      '[python 2/4] RUN --mount=type=cache,target=/c uv pip install torch==2.8.0',
      'running',
    ),
  ],
  [
    337,
    vertex(
      'c1',
      '[comfyui 1/2] RUN git clone https://github.com/comfyanonymous/ComfyUI',
      'running',
    ),
  ],
  [338, vertex('f1', '[attention 1/1] RUN uv pip install flash-attn==2.8.3', 'waiting')],
  [338, vertex('p1', '[proof 1/1] RUN python prove.py', 'waiting')],
  [338, vertex('e1', 'exporting to image', 'waiting')],
  [
    350,
    {
      type: 'build.progress',
      vertex: 't1',
      id: 'sha',
      current: 1_900_000_000,
      total: 3_900_000_000,
    },
  ],
  ...[
    'Downloading nvidia-cudnn-cu12 (674.0MiB)',
    'Downloading nvidia-cublas-cu12 (566.8MiB)',
    ' Downloaded nvidia-cusparselt-cu12',
    ' Downloaded triton',
  ].map(
    (text, index): Timed => [351 + index, { type: 'build.log', vertex: 't1', stream: 2, text }],
  ),
  [
    360,
    {
      type: 'model',
      file: 'fp8.safetensors',
      state: 'waiting',
      bytes: 0,
      totalBytes: 28_700_000_000,
      bytesPerSecond: 0,
    },
  ],
  ...[...Array<number>(11).fill(50), 47.9].map(
    (gb, index): Timed => [
      360 + index,
      {
        type: 'disk',
        place: 'docker',
        freeBytes: gb * 1e9,
        totalBytes: 999_000_000_000,
        bytesPerSecond: 38_000_000,
        fullInSeconds: 1260,
      },
    ],
  ),
  [
    372,
    {
      type: 'gpu',
      index: 0,
      name: 'NVIDIA GeForce RTX 4090',
      memoryTotalBytes: 24 * 2 ** 30,
      memoryUsedBytes: 1.6 * 2 ** 30,
      utilizationPercent: 0,
    },
  ],
];

export const minuteSix: Event[] = timed(minuteSixTimed);
export const runAtMinuteSix: RunState = replay(minuteSix);

export const minuteSixLog = new LogTail();
for (const event of minuteSix) {
  if (event.type === 'build.log') minuteSixLog.push(event, null);
}
