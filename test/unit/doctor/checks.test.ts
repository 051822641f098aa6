import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { cudaOfDriver, olderVersion } from '../../../src/doctor/checks/driver-for-cuda.ts';
import { allChecks } from '../../../src/doctor/checks/index.ts';
import { runChecks } from '../../../src/doctor/run-checks.ts';
import type { CheckContext } from '../../../src/doctor/types.ts';
import type { NetworkReport } from '../../../src/machine/network.ts';
import type { Machine } from '../../../src/machine/types.ts';
import { linuxHost } from '../machine/fakes.ts';
import { contextOf, goodEngine, goodGpu, goodMachine, rtx4090 } from './context.ts';

async function row(id: string, context: CheckContext) {
  const check = allChecks.find((it) => it.id === id);
  if (!check) throw new Error(`no check ${id}`);
  const [result] = await runChecks([check], context);
  if (!result) throw new Error('no row');
  return result;
}

const GIB = 2 ** 30;
const wsl = { ...linuxHost, wslDistro: 'Ubuntu-24.04' };
const disk = (place: string, more: object) =>
  goodMachine().disk.map((fact) => (fact.place === place ? { ...fact, ...more } : fact));

it('a good machine has no row that warns or fails', async () => {
  const results = await runChecks(allChecks, contextOf());
  expect(results.filter(({ status }) => status === 'warn' || status === 'fail')).toEqual([]);
});

const gpu = (card: object, more: object = {}): Partial<Machine> => ({
  gpu: { ...goodGpu, ...more, gpus: [{ ...rtx4090, ...card }] },
});
const noEngine = {
  state: 'absent' as const,
  endpoint: goodEngine.endpoint,
  sentence: 'Docker is not installed on this machine.',
  proof: 'connect ENOENT /var/run/docker.sock',
  fixes: [{ label: 'Install', command: 'sudo apt-get install -y docker.io' }],
};

/** Id, what differs from a good machine, the row that must come. */
const cases: [string, Partial<Machine>, string, RegExp][] = [
  ['engine', { engine: noEngine }, 'fail', /not installed.*ENOENT/],
  ['engine-memory', { engine: noEngine }, 'skip', /needs Docker/],
  ['engine-version', { engine: { ...goodEngine, version: '19.03.15' } }, 'fail', /20\.10 or newer/],
  ['engine-version', { engine: { ...goodEngine, podman: true } }, 'warn', /Podman/],
  ['engine-platform', { engine: { ...goodEngine, arch: 'arm64' } }, 'warn', /emulation/],
  ['engine-storage', { engine: { ...goodEngine, storageDriver: 'vfs' } }, 'warn', /vfs/],
  ['engine-folders', { engine: { ...goodEngine, snap: true } }, 'warn', /only \/home\/mia/],
  ['clock', { engine: { ...goodEngine, clockSkewMs: -7_200_000 } }, 'warn', /7200 s off/],
  ['buildx', { engine: { ...goodEngine, buildx: null } }, 'ok', /engine's own/],
  ['gpu-driver', gpu({}, { driver: '570.133.07', cuda: '12.8' }), 'ok', /good for CUDA 12\.8/],
  ['gpu-driver', gpu({}, { driver: '535.183.01', cuda: '12.2' }), 'warn', /older stack/],
  ['gpu-driver', gpu({}, { driver: '470.256.02', cuda: '11.4' }), 'fail', /older than CUDA 12\.0/],
  ['gpu-driver', gpu({}, { driver: '550.54.14', cuda: null }), 'warn', /CUDA 12\.4/],
  ['gpu-driver', gpu({ computeCapability: '12.0' }, { cuda: '12.7' }), 'fail', /no older one/],
  ['gpu-capability', gpu({ computeCapability: '7.5' }), 'warn', /no flash-attn/],
  ['gpu-capability', gpu({ computeCapability: '6.1' }), 'fail', /7\.5 or newer/],
  ['gpu-capability', gpu({ computeCapability: null }), 'warn', /not known/],
  [
    'gpu-memory',
    gpu({ memoryFreeBytes: 2 * GIB, processes: [{ pid: 7, name: 'blender', memoryBytes: null }] }),
    'warn',
    /2 GB free, 12 GB wanted; in use by blender \(7\)/,
  ],
  ['gpu-memory', gpu({ memoryFreeBytes: null }), 'warn', /does not say/],
  ['gpu-mig', gpu({ mig: true }), 'fail', /no slice/],
  [
    'gpu-mig',
    gpu({ mig: true, slices: [{ uuid: 'MIG-1', memoryTotalBytes: null }] }),
    'ok',
    /1 slices/,
  ],
  [
    'gpu',
    { gpu: { state: 'none', sentence: 'This computer has no NVIDIA GPU.', proof: '-', fixes: [] } },
    'warn',
    /build for another/,
  ],
  [
    'gpu',
    { gpu: { state: 'hang', sentence: 'nvidia-smi gave no answer.', proof: '-', fixes: [] } },
    'fail',
    /no answer/,
  ],
  ['gpu-in-containers', { engine: { ...goodEngine, runtimes: ['runc'] } }, 'warn', /toolkit/],
  [
    'gpu-in-containers',
    { engine: { ...goodEngine, runtimes: ['runc'], desktop: true }, host: wsl },
    'ok',
    /Desktop hands out/,
  ],
  [
    'gpu-in-containers',
    { engine: { ...goodEngine, cdiDevices: ['nvidia.com/gpu=0'] } },
    'ok',
    /CDI/,
  ],
  ['disk-docker', { disk: disk('docker', { freeBytes: 12e9 }) }, 'warn', /12\.0 GB free of 999/],
  ['disk-models', { disk: disk('models', { freeBytes: 0.2e9 }) }, 'fail', /at least 1\.0 GB/],
  ['disk-output', { disk: disk('output', { writable: false }) }, 'fail', /cannot be written/],
  ['disk-temp', { disk: disk('temp', { freeInodes: 12 }) }, 'warn', /12 files more/],
  ['disk-docker', { disk: disk('docker', { freeBytes: null }) }, 'skip', /cannot be seen/],
  ['disk-shared', { disk: disk('docker', { filesystem: 'models' }) }, 'ok', /docker, models share/],
  [
    'disk-windows',
    { host: wsl, disk: disk('docker', { drive: { name: 'C:', reportedFreeBytes: 948e9 } }) },
    'warn',
    /two files on C:.*948\.0 GB free; that is not real/,
  ],
  [
    'disk-windows',
    { host: wsl, disk: disk('models', { path: '/mnt/d/models' }) },
    'warn',
    /slower/,
  ],
  ['memory', { engine: { ...goodEngine, memoryBytes: 15 * GIB } }, 'warn', /15 GB; fp8 wants 24/],
  ['memory-free', { host: { ...linuxHost, memoryFreeBytes: 3 * GIB } }, 'warn', /3 GB free of 64/],
  ['memory-wsl', { host: { ...wsl, memoryBytes: 31 * GIB } }, 'warn', /31 GB, half/],
  ['platform', { host: { ...linuxHost, platform: 'win32' } }, 'fail', /not supported/],
  [
    'container',
    { host: { ...linuxHost, container: 'pod' }, engine: noEngine },
    'fail',
    /Runpod pod/,
  ],
  ['user', { host: { ...linuxHost, uid: 0 } }, 'warn', /root/],
  ['confinement', { host: { ...linuxHost, confinement: ['selinux'] } }, 'ok', /SELinux is on/],
];

describe('rows', () => {
  it.each(cases)('%s over %j is %s', async (id, machine, status, detail) => {
    const result = await row(id, contextOf(machine));
    expect(result.status).toBe(status);
    expect(result.detail).toMatch(detail);
  });
});

it('a port that is taken is said, and whose it is', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  expect(await row('port', contextOf({}, { port }))).toMatchObject({ status: 'warn' });
  const ours = {
    id: '1',
    name: 'steadydancer-rtx4090-fp8',
    state: 'running',
    image: 'x',
    imageId: 'x',
    run: null,
    plan: null,
    profile: null,
    role: 'comfyui',
    ports: [{ host: '127.0.0.1', hostPort: port, containerPort: 8188 }],
  };
  const inventory = { containers: [ours], images: [], volumes: [], runs: [] };
  expect(await row('port', contextOf({}, { port, inventory }))).toMatchObject({
    status: 'ok',
    detail: `${port} is used by steadydancer-rtx4090-fp8, which is ours`,
  });
  await new Promise((resolve) => server.close(resolve));
});

it('a proxy on this computer is not seen by a build', async () => {
  const env = { HTTPS_PROXY: 'http://127.0.0.1:7890' };
  expect(await row('proxies', contextOf({}, { env }))).toMatchObject({ status: 'warn' });
});

describe('the network', () => {
  const measured = (
    bytesPerSecond: number | null,
    problem: string | null = null,
    origin = true,
  ) => ({
    kind: 'hub' as const,
    name: origin ? 'Hugging Face' : 'hf-mirror.com',
    origin,
    value: origin ? 'https://huggingface.co' : 'https://hf-mirror.com',
    bytesPerSecond,
    answerMs: 20,
    problem,
  });
  const report = (...list: NetworkReport['measured']): Partial<CheckContext> => ({
    network: Promise.resolve({ date: '2026-11-24', measured: list, token: { state: 'none' } }),
  });

  it('says MB/s', async () => {
    const context = contextOf({}, report(measured(38e6)));
    expect(await row('network-hub', context)).toMatchObject({ status: 'ok', detail: '38 MB/s' });
  });

  it('offers the fastest mirror where the origin is slow', async () => {
    const context = contextOf({}, report(measured(3e5), measured(11e6, null, false)));
    expect(await row('network-hub', context)).toMatchObject({
      status: 'warn',
      fix: { command: 'steadydancer run --set mirrors.hub=https://hf-mirror.com' },
    });
  });

  it('that cannot be reached warns and never fails', async () => {
    const context = contextOf({}, report(measured(null, 'ENOTFOUND')));
    expect(await row('network-hub', context)).toMatchObject({ status: 'warn' });
  });
});

describe('drivers', () => {
  it.each([
    ['580.95.05', 'linux', '13.0'],
    ['570.26', 'linux', '12.8'],
    ['570.25.99', 'linux', '12.6'],
    ['525.60.13', 'linux', '12.0'],
    ['470.256.02', 'linux', null],
    ['572.16', 'windows', '12.8'],
  ] as const)('%s for %s runs CUDA %s', (driver, system, cuda) => {
    expect(cudaOfDriver(driver, system)).toBe(cuda);
  });

  it('are compared number by number', () => {
    expect(olderVersion('570.9', '570.26')).toBe(true);
    expect(olderVersion('570.26', '570.26')).toBe(false);
    expect(olderVersion('570.26', '570.26.1')).toBe(true);
  });
});
