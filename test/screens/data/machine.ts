import type { Seen } from '../../../screens/deps.ts';
import type { Planned } from '../../../src/recipe/types.ts';

/** Situation 1 of the mock-ups: an RTX 4090 under WSL2. */
export const seen: Seen = {
  machine: {},
  checks: [
    row('gpu', 'GPU', 'ok', 'NVIDIA GeForce RTX 4090, 24 GB (22.4 free), compute 8.9'),
    row('driver', 'Driver', 'ok', '581.57 for Windows, good for CUDA 13.0; the image needs 12.8'),
    row('docker', 'Docker', 'ok', 'Desktop 4.77, Engine 29.5, buildx 0.36, WSL2 (Ubuntu-24.04)'),
    row('containers', 'Containers', 'ok', 'get the GPU: a test container saw the RTX 4090 (4 s)'),
    row(
      'disk',
      'Disk',
      'warn',
      "C: 60.0 GB free of 999 GB. Docker's disk and Ubuntu's disk are two files on C:, so they share it. Linux reports 948 GB free; that is not real.",
    ),
    row(
      'memory',
      'Memory',
      'warn',
      "WSL may use 31 GB of this PC's 64 GB. Enough for fp8; fp16 wants 48 GB.",
    ),
    row('network', 'Network', 'ok', 'Hugging Face 38 MB/s, PyPI 52 MB/s, GitHub 21 MB/s'),
    row('port', 'Port', 'ok', '8188 is free in Linux and in Windows'),
    row('models', 'Models', 'ok', 'none found in 4 usual places'),
    row('token', 'Token', 'skip', 'none set, none needed'),
  ],
};

/** The first frame: every row in its place, nothing known. */
export const nothingSeen: Seen = {
  machine: {},
  checks: seen.checks.map(({ id, title }) => ({ id, title, status: 'checking', detail: '' })),
};

export const dockerStopped: Seen = {
  machine: {},
  checks: seen.checks.map((check) =>
    check.id === 'docker'
      ? {
          id: 'docker',
          title: 'Docker',
          status: 'fail',
          detail: 'Docker is installed but not running.',
          fix: { label: 'Start Docker', command: 'sudo systemctl start docker' },
        }
      : check,
  ),
};

/** What plan() gives for it. */
export const planned: Planned = {
  plan: {
    v: 1,
    choices: { recipe: 'steadydancer', variant: 'fp8' },
    stack: 'torch 2.8.0, CUDA 12.8, ComfyUI v0.21.0',
    image: { ref: 'steadydancer:8c1f03a28c1f' },
    args: {},
    models: [
      {
        file: 'Wan21_SteadyDancer_fp8.safetensors',
        bytes: 17_100_000_000,
        estimatedBytes: 17_100_000_000,
        sha256: null,
        url: 'https://huggingface.co/x',
        present: false,
      },
    ],
    downloadBytes: 34_300_000_000,
    disk: [
      {
        place: 'docker',
        freeBytes: 60_000_000_000,
        peakBytes: 45_700_000_000,
        finalBytes: 45_700_000_000,
      },
    ],
    minutes: { low: 30, high: 40 },
    commands: [
      'docker buildx build --load --tag steadydancer:8c1f03a28c1f --build-arg TORCH=2.8.0 docker',
      'docker run --detach --publish 127.0.0.1:8188:8188 --gpus all steadydancer:8c1f03a28c1f',
    ],
    warnings: [
      {
        code: 'disk-order',
        text: 'One after the other: side by side would leave 4.3 GB on C:.',
      },
    ],
    planDigest: '8c1f03a2'.repeat(8),
  },
  choices: {
    recipe: 'steadydancer',
    target: 'local',
    gpu: 'auto',
    variant: 'fp8',
    textEncoder: 'fp8',
    attention: 'flash-attn',
    blockSwap: 10,
    placement: 'volume',
    modelsDir: '~/steadydancer/models',
    outputDir: '~/steadydancer/output',
    inputDir: '~/steadydancer/input',
    port: 8188,
    listen: '127.0.0.1',
    timeoutMinutes: 45,
    fallback: 'auto',
  },
  needsGpu: true,
  steps: [
    step('prepare', 'rehearsal', 0, 0, 0.33),
    step('image', 'image', 5_600_000_000, 27_000_000_000, 14, 20),
    step('models', 'models', 28_700_000_000, 18_700_000_000, 13, 15),
    step('smoke', 'test video', 0, 0, 2, 4),
  ],
  refusal: null,
};

function row(id: string, title: string, status: 'ok' | 'warn' | 'skip', detail: string) {
  return { id, title, status, detail };
}

function step(
  phase: Planned['steps'][number]['phase'],
  title: string,
  downloadBytes: number,
  diskBytes: number,
  low: number,
  high = low,
): Planned['steps'][number] {
  const cost = { downloadBytes, diskBytes, minutes: { low, high } };
  return { phase, title, key: title, after: [], cost };
}
