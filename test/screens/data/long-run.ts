// A whole run of the real image, minute by minute: names of steps as docker/Dockerfile has them, sizes
// as in MOCKUPS A5 and A6. Screens are drawn and the real program is driven with it.
import type { Event, EventBody } from '../../../src/contract/events.ts';
import { START } from './runs.ts';

export const LONG_RUN_ID = '20261124-140000-7f3a';
const GB = 1e9;

interface Step {
  id: string;
  name: string;
  begins: number;
  seconds: number;
  /** Bytes that it moves. */
  bytes?: number;
  says?: (at: number) => string;
}

const wheels = ['nvidia-cudnn-cu12', 'nvidia-cublas-cu12', 'triton', 'nvidia-nccl-cu12', 'torch'];
const steps: readonly Step[] = [
  {
    id: 'b1',
    name: '[base 1/5] FROM docker.io/library/debian:trixie-slim',
    begins: 22,
    seconds: 9,
  },
  {
    id: 'b2',
    name: '[base 2/5] COPY certs /usr/local/share/ca-certificates',
    begins: 31,
    seconds: 1,
  },
  {
    id: 'b3',
    name: '[base 3/5] RUN apt-get update && apt-get install -y --no-install-recommends git ffmpeg',
    begins: 32,
    seconds: 108,
    says: (at) => `Get:${at} trixie/main amd64 package-${at} amd64`,
  },
  {
    id: 'b4',
    name: '[base 4/5] RUN useradd --create-home --uid 1000 comfy',
    begins: 140,
    seconds: 2,
  },
  { id: 'b5', name: '[base 5/5] RUN python -m venv /opt/venv', begins: 142, seconds: 6 },
  {
    id: 't1',
    name: '[python 1/3] RUN --mount=type=cache,target=/cache uv pip install torch==2.8.0 torchvision torchaudio',
    begins: 196,
    seconds: 224,
    bytes: 3.9 * GB,
    says: (at) => `Downloading ${wheels[at % wheels.length]} (${(at * 7) % 700}.0MiB)`,
  },
  {
    id: 'c1',
    name: '[comfyui 1/3] RUN git clone https://github.com/comfyanonymous/ComfyUI /opt/ComfyUI',
    begins: 337,
    seconds: 60,
    says: (at) => `Receiving objects: ${at}% (${at * 321}/32100)`,
  },
  {
    id: 'c2',
    name: '[comfyui 2/3] RUN uv pip install -r /opt/ComfyUI/requirements.txt',
    begins: 420,
    seconds: 70,
  },
  { id: 'c3', name: '[comfyui 3/3] RUN install-nodes /nodes.json', begins: 490, seconds: 95 },
  {
    id: 'f1',
    name: '[attention 1/1] RUN uv pip install flash-attn==2.8.3 --no-build-isolation',
    begins: 585,
    seconds: 240,
    says: (at) => `[${at}/73] Building CUDA object csrc/flash_attn/src/flash_fwd_hdim${at}.cu.o`,
  },
  { id: 'p1', name: '[proof 1/2] RUN python prove.py --imports', begins: 825, seconds: 20 },
  { id: 'p2', name: '[proof 2/2] RUN python prove.py --nodes', begins: 845, seconds: 25 },
  { id: 'e1', name: 'exporting to image', begins: 870, seconds: 150, bytes: 11.4 * GB },
];

const files: readonly [string, number][] = [
  ['diffusion_models/Wan21_SteadyDancer_fp8_e4m3fn_scaled.safetensors', 17.1 * GB],
  ['text_encoders/umt5-xxl-enc-fp8_e4m3fn.safetensors', 6.7 * GB],
  ['clip_vision/clip_vision_h.safetensors', 1.3 * GB],
  ['vae/Wan2_1_VAE_bf16.safetensors', 0.3 * GB],
  ['detection/vitpose_h_wholebody_model.onnx', 2.5 * GB],
  ['detection/yolov10m.onnx', 0.1 * GB],
];

/** The Dockerfile that the steps are of; a step is found in it by what it does. */
export const dockerfile = `# The image
FROM debian:trixie-slim AS base
COPY certs /usr/local/share/ca-certificates
RUN apt-get update \\
    && apt-get install -y --no-install-recommends git ffmpeg
RUN useradd --create-home --uid 1000 comfy
RUN python -m venv /opt/venv
FROM base AS python
RUN --mount=type=cache,target=/cache \\
    uv pip install torch==2.8.0 torchvision torchaudio
FROM python AS attention
RUN uv pip install flash-attn==2.8.3 --no-build-isolation
`;

type At = [second: number, body: EventBody];

function vertexes(): At[] {
  return steps.flatMap(({ id, name, begins, seconds }): At[] => {
    const vertex = { type: 'build.vertex', id, name, cached: false } as const;
    return [
      [22, { ...vertex, state: 'waiting' }],
      [begins, { ...vertex, state: 'running' }],
      [begins + seconds, { ...vertex, state: 'done', ms: seconds * 1000 }],
    ];
  });
}

function output(): At[] {
  return steps.flatMap(({ id, begins, seconds, bytes, says }) =>
    Array.from({ length: seconds }, (_, at): At[] => [
      ...(says
        ? [[begins + at, { type: 'build.log', vertex: id, stream: 1, text: says(at + 1) }] as At]
        : []),
      ...(bytes
        ? [
            [
              begins + at,
              {
                type: 'build.progress',
                vertex: id,
                id: 'bytes',
                current: Math.round((bytes * at) / seconds),
                total: bytes,
              },
            ] as At,
          ]
        : []),
    ]).flat(),
  );
}

const MODELS_FROM = 600;
const RATE = 38e6;

/** Two files at a time, each at half the rate. */
function downloads(): At[] {
  const all: At[] = files.map(([file, totalBytes]) => [
    MODELS_FROM,
    { type: 'model', file, state: 'waiting', bytes: 0, totalBytes, bytesPerSecond: 0 },
  ]);
  let free = [MODELS_FROM, MODELS_FROM];
  for (const [file, totalBytes] of files) {
    const lane = free[0] !== undefined && free[0] <= (free[1] ?? 0) ? 0 : 1;
    const from = free[lane] ?? MODELS_FROM;
    const seconds = Math.ceil(totalBytes / (RATE / 2));
    free = free.map((at, index) => (index === lane ? from + seconds : at));
    const model = { type: 'model', file, totalBytes, bytesPerSecond: RATE / 2 } as const;
    for (let at = 0; at < seconds; at += 2) {
      all.push([
        from + at,
        {
          ...model,
          state: 'downloading',
          bytes: Math.round(Math.min(totalBytes, at * (RATE / 2))),
        },
      ]);
    }
    all.push([
      from + seconds,
      { ...model, state: 'verifying', bytes: totalBytes, bytesPerSecond: 0 },
    ]);
    all.push([
      from + seconds + 3,
      { ...model, state: 'done', bytes: totalBytes, bytesPerSecond: 0 },
    ]);
  }
  return all;
}

function disks(): At[] {
  return Array.from({ length: 1_000 }, (_, at): At => {
    const freeBytes = Math.round(Math.max(14, 60 - at * 0.0335) * GB);
    return [
      at,
      {
        type: 'disk',
        place: 'docker',
        freeBytes,
        totalBytes: 999 * GB,
        bytesPerSecond: 33_500_000,
        fullInSeconds: Math.round(freeBytes / 33.5e6),
        stopsAtBytes: 2 * GB,
        written: {
          since: new Date(START).toISOString(),
          runBytes: Math.round(at * 0.03 * GB),
          openBytes: 0,
          otherBytes: Math.round(at * 0.0035 * GB),
          plannedBytes: Math.round(45.7 * GB),
        },
      },
    ];
  });
}

const gpu: EventBody = {
  type: 'gpu',
  index: 0,
  name: 'NVIDIA GeForce RTX 4090',
  memoryTotalBytes: 24 * 2 ** 30,
  memoryUsedBytes: 1.6 * 2 ** 30,
  utilizationPercent: 0,
};

const all: At[] = [
  [
    0,
    {
      type: 'run.started',
      runId: LONG_RUN_ID,
      planDigest: '8c1f03a2'.repeat(8),
      profile: 'rtx4090-fp8',
      recipe: 'steadydancer',
    },
  ],
  [0, { type: 'phase.started', phase: 'prepare' }],
  [1, gpu],
  [20, { type: 'phase.finished', phase: 'prepare', ok: true, ms: 20_000 }],
  [20, { type: 'phase.started', phase: 'validate' }],
  [21, { type: 'phase.finished', phase: 'validate', ok: true, ms: 1_000 }],
  [21, { type: 'phase.started', phase: 'dependencies' }],
  ...vertexes(),
  ...output(),
  [MODELS_FROM, { type: 'phase.started', phase: 'models' }],
  ...downloads(),
  ...disks(),
  [869, { type: 'phase.finished', phase: 'dependencies', ok: true, ms: 848_000 }],
  [869, { type: 'phase.started', phase: 'image' }],
  [1_020, { type: 'phase.finished', phase: 'image', ok: true, ms: 151_000 }],
];

/** In order of time; what happens in one second stays in the order above. */
const ordered = all
  .map((each, at) => ({ each, at }))
  .sort((a, b) => a.each[0] - b.each[0] || a.at - b.at)
  .map(({ each }) => each);

export function eventAt(second: number, body: EventBody): Event {
  return { v: 1, at: new Date(START + second * 1000).toISOString(), ...body };
}

/** The events of the run up to a second. */
export function longRun(untilSecond: number): Event[] {
  return ordered.flatMap(([second, body]) =>
    second <= untilSecond ? [eventAt(second, body)] : [],
  );
}
