import type { CheckContext } from '../../../src/doctor/types.ts';
import { readyEngine } from '../../../src/machine/engine-info.ts';
import type { Gpu, Machine, ReadyEngine, ReadyGpu } from '../../../src/machine/types.ts';
import { linuxHost, recordedInfo, recordedVersion } from '../machine/fakes.ts';

const GIB = 2 ** 30;

export const goodEngine: ReadyEngine = readyEngine(
  { url: 'unix:///var/run/docker.sock', context: null, remote: false },
  { ...recordedVersion, Version: '29.5.1', ApiVersion: '1.54' },
  { ...recordedInfo, Runtimes: { runc: {}, nvidia: {} }, MemTotal: 62 * GIB, SystemTime: null },
  { buildx: '0.36.0', nowMs: 0 },
);

export const rtx4090: Gpu = {
  index: 0,
  name: 'NVIDIA GeForce RTX 4090',
  uuid: 'GPU-1',
  memoryTotalBytes: 24564 * 2 ** 20,
  memoryFreeBytes: 22.4 * GIB,
  computeCapability: '8.9',
  mig: false,
  processes: [],
};

export const goodGpu: ReadyGpu = {
  state: 'ready',
  driver: '580.95.05',
  cuda: '13.0',
  gpus: [rtx4090],
};

/** A Linux computer with an RTX 4090, all well; a test changes the part that it is about. */
export function goodMachine(more: Partial<Machine> = {}): Machine {
  return {
    host: linuxHost,
    engine: goodEngine,
    gpu: goodGpu,
    disk: (['docker', 'models', 'output', 'temp', 'state'] as const).map((place) => ({
      place,
      path: `/${place}`,
      freeBytes: 500e9,
      totalBytes: 999e9,
      freeInodes: 1e7,
      filesystem: place,
      writable: true,
    })),
    ...more,
  };
}

export function contextOf(machine: Partial<Machine> = {}, more: Partial<CheckContext> = {}) {
  const context: CheckContext = {
    machine: goodMachine(machine),
    inventory: { containers: [], images: [], volumes: [], runs: [] },
    env: {},
    port: 0,
    reclaimable: Promise.resolve({ cacheBytes: 0, cacheRecords: 0, imageBytes: 0, images: 0 }),
    network: null,
    ...more,
  };
  return context;
}
