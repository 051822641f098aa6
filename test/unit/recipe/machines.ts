import type { Gpu, Machine } from '../../../src/machine/types.ts';
import type { PlanInput } from '../../../src/recipe/types.ts';

const GB = 1e9;
const GIB = 1024 ** 3;

/** A Linux machine with a ready engine and no GPU; tests change what they are about. */
export function machine(changes: Partial<Machine> = {}): Machine {
  return {
    host: {
      platform: 'linux',
      arch: 'x64',
      wslDistro: null,
      container: null,
      podId: null,
      cores: 16,
      memoryBytes: 64 * GIB,
      memoryFreeBytes: 50 * GIB,
      swapBytes: 0,
      uid: 1000,
      gid: 1000,
      user: 'mia',
      home: '/home/mia',
      ssh: false,
    },
    engine: {
      state: 'ready',
      endpoint: { url: 'unix:///var/run/docker.sock', context: null, remote: false },
      version: '29.5.0',
      apiVersion: '1.52',
      os: 'linux',
      arch: 'amd64',
      operatingSystem: 'Ubuntu 24.04',
      rootDir: '/var/lib/docker',
      storageDriver: 'overlay2',
      imageStore: 'classic',
      runtimes: ['runc', 'nvidia'],
      cdiDevices: [],
      cdiSpecDirs: ['/etc/cdi'],
      rootless: false,
      desktop: false,
      snap: false,
      podman: false,
      memoryBytes: 64 * GIB,
      cpus: 16,
      buildx: '0.30.1',
      securityOptions: [],
    },
    gpu: {
      state: 'none',
      sentence: 'There is no NVIDIA GPU in this machine.',
      proof: '',
      fixes: [],
    },
    disk: (['docker', 'models', 'output', 'temp', 'state'] as const).map((place) => ({
      place,
      path: place === 'docker' ? '/var/lib/docker' : `/home/mia/${place}`,
      freeBytes: 400 * GB,
      totalBytes: 1000 * GB,
      freeInodes: 1e7,
      filesystem: 'root',
      writable: true,
    })),
    ...changes,
  };
}

/** One GPU as nvidia-smi would report it. */
export function gpu(
  name: string,
  memoryGib: number,
  capability: string | null,
  more: Partial<Gpu> = {},
): Gpu {
  return {
    index: 0,
    name,
    uuid: `GPU-${name}`,
    memoryTotalBytes: memoryGib * GIB,
    memoryFreeBytes: memoryGib * GIB,
    computeCapability: capability,
    mig: false,
    processes: [],
    ...more,
  };
}

export function input(changes: Partial<PlanInput> = {}): PlanInput {
  return {
    machine: machine(),
    inventory: { containers: [], images: [], volumes: [], runs: [] },
    history: { phaseMs: {} },
    choices: {},
    profile: null,
    context: { dir: '/srv/context', dockerfile: 'Dockerfile', hash: 'a'.repeat(64), bytes: 1000 },
    present: [],
    hubBytesPerSecond: null,
    ...changes,
  };
}
