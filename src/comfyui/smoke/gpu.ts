import type { Device } from '../schemas.ts';
import {
  type GpuExpectation,
  type KernelTrial,
  type LevelVerdict,
  ok,
  type SmokeLevelDefinition,
  skip,
  smokeFailure,
  warn,
} from './context.ts';

/** PyTorch reports a few hundred MB less than the driver; ECC and the desktop take more. */
const MEMORY_TOLERANCE = 0.12;

export const gpu: SmokeLevelDefinition = {
  id: 'gpu',
  needs: ['reachable'],
  // The proof inside the container has a limit of its own.
  deadlineMs: 150_000,
  async check({ client, gpuExpected, kernels }, signal) {
    const { devices } = await client.systemStats({ signal, timeoutMs: 10_000 });
    const seen = devices.filter((device) => device.type !== 'cpu');
    const first = seen[0];
    if (first) return withKernels(compare(first, seen.length, gpuExpected), kernels, signal);
    switch (gpuExpected.kind) {
      case 'none':
        return skip('No GPU was asked for; the server runs on the CPU.');
      case 'any':
        return warn('The server sees no GPU and renders on the CPU.');
      case 'gpu':
        throw smokeFailure(
          'smoke-gpu-missing',
          `The container sees no GPU; ${gpuExpected.name ?? 'one'} was asked for.`,
          JSON.stringify(devices).slice(0, 500),
        );
      default:
        return gpuExpected satisfies never;
    }
  },
};

async function withKernels(
  seen: LevelVerdict,
  kernels: KernelTrial,
  signal: AbortSignal,
): Promise<LevelVerdict> {
  switch (kernels.kind) {
    case 'not-tried':
      return {
        ...seen,
        detail: `${seen.detail} A bf16 product and the attention kernel were not tried: ${kernels.why}.`,
      };
    case 'inside': {
      const { torch, words } = await kernels.prove(signal);
      return { ...seen, detail: `${seen.detail} With torch ${torch} ${words}.` };
    }
    default:
      return kernels satisfies never;
  }
}

function compare(device: Device, count: number, expected: GpuExpectation): LevelVerdict {
  const memory = device.vram_total;
  const described = `${deviceName(device.name)}${memory ? `, ${gib(memory)} GB` : ''}`;
  if (expected.kind !== 'gpu') {
    return ok(`The server sees ${described}${count > 1 ? ` and ${count - 1} more` : ''}.`);
  }
  const proof = device.name;
  if (expected.name && !sameName(device.name, expected.name)) {
    if (!/\d/.test(deviceName(device.name))) {
      return warn(`The container sees a GPU whose name it cannot read: ${device.name}.`);
    }
    throw smokeFailure(
      'smoke-gpu-other',
      `The container sees ${described}; ${expected.name} was asked for.`,
      proof,
    );
  }
  const asked = expected.memoryTotalBytes;
  if (asked && memory && Math.abs(memory - asked) > asked * MEMORY_TOLERANCE) {
    throw smokeFailure(
      'smoke-gpu-memory',
      `The container sees ${gib(memory)} GB of video memory; the GPU has ${gib(asked)} GB.`,
      proof,
    );
  }
  return ok(`The container sees ${described}.`);
}

/** PyTorch's `cuda:0 NVIDIA GeForce RTX 4090 : cudaMallocAsync` without what is around the name. */
function deviceName(name: string): string {
  return name.replace(/^[a-z]+:\d+\s+/, '').replace(/\s+:\s+\S+$/, '');
}

function sameName(seen: string, asked: string): boolean {
  const plain = (name: string) => name.toLowerCase().replace(/nvidia|geforce|[^a-z0-9]/g, '');
  return plain(seen).includes(plain(asked));
}

/** Memory as on the box: a 4090 has 24 GB. */
function gib(bytes: number): string {
  return Math.round(bytes / 2 ** 30).toString();
}
