import { afterEach, expect, it } from 'vitest';
import type { DeployOptions } from '../../../src/commands/deploy-options.ts';
import type { Faults } from './cloud.ts';
import { Deploying } from './deploying.ts';

let world: Deploying | null = null;
afterEach(async () => {
  await world?.end();
  world = null;
});
const begin = async (faults: Faults = {}, limitMs?: number) => {
  world = await Deploying.begin(faults, limitMs);
  return world;
};

it('without --pay it only looks: candidates by price, nothing made', async () => {
  const { cloud, ...at } = await begin();
  const { exitCode, report } = await (world as Deploying).deploy();
  expect(exitCode).toBe(0);
  expect(report).toMatchObject({ ok: true, paid: false, running: [], minCudaVersion: null });
  expect(report.candidates.map(({ id }) => id)).toEqual([
    'NVIDIA RTX A4000',
    'NVIDIA GeForce RTX 4090',
    'NVIDIA L40S',
    'NVIDIA A100 80GB PCIe',
  ]);
  expect(cloud.calls).toEqual(['GET /catalog/gpus']);
  expect(at.said.join('\n')).toContain('--pay 0.25');
});

it('the real recipe: memory, CUDA and the named card first; a volume with its price', async () => {
  const { cloud } = await begin();
  const { report } = await (world as Deploying).deploy({ profile: 'runpod-volume-fp8' });
  expect(report.minCudaVersion).toBe('12.8');
  expect(report.candidates.map(({ id }) => id)).toEqual([
    'NVIDIA GeForce RTX 4090',
    'NVIDIA L40S',
    'NVIDIA A100 80GB PCIe',
  ]);
  expect(report.proposedVolume).toMatchObject({ dataCenter: 'EU-RO-1' });
  const { sizeGb = 0, pricePerMonth } = report.proposedVolume ?? {};
  expect(sizeGb).toBeGreaterThan(24);
  expect(pricePerMonth).toBeCloseTo(sizeGb * 0.07, 2);
  expect(cloud.volumes).toEqual([]);
});

it('a pod from wish to test through the proxy, and to its end', async () => {
  const at = await begin({ pullMs: 400 });
  const { exitCode, report } = await at.deploy({ pay: '0.3' });
  expect(exitCode, at.said.join('\n')).toBe(0);
  expect(report.smoke.map(({ status }) => status)).not.toContain('fail');
  expect(report.smoke).toHaveLength(7);
  expect(report.outputs[0]?.mime).toBe('image/apng');
  expect(report.pod).toMatchObject({ gpu: 'NVIDIA RTX A4000', costPerHour: 0.25, state: 'ended' });
  expect(report.running).toEqual([]);
  expect(at.cloud.running()).toEqual([]);
  expect(at.recorded()).toEqual([]);
  expect(at.cloud.created[0]).toMatchObject({ ports: ['8188/http'], gpu: { count: 1 } });
  // Seen RUNNING while it pulled, and not taken for ready.
  expect(at.cloud.proxy.statuses[0]).toBe(502);
  expect(at.said.some((line) => line.includes('Downloading'))).toBe(true);
  expect([...at.said, ...at.out].join('\n')).not.toContain(at.cloud.env.RUNPOD_API_KEY);
});

it('the next candidate where one is not free or not allowed; never more than agreed', async () => {
  const at = await begin({
    noCapacity: ['NVIDIA RTX A4000'],
    notAllowed: ['NVIDIA GeForce RTX 4090'],
    rateLimited: 1,
  });
  const { exitCode, report } = await at.deploy({ pay: '0.9', keep: true });
  expect(exitCode).toBe(0);
  expect(report.attempts.map(({ gpu, outcome }) => [gpu, outcome])).toEqual([
    ['NVIDIA RTX A4000', 'no-capacity'],
    ['NVIDIA GeForce RTX 4090', 'not-allowed'],
    ['NVIDIA L40S', 'created'],
  ]);
  // --keep: it goes on, and the report names it with its price and what ends it.
  expect(report.running.map(({ id }) => id)).toEqual(at.cloud.running());
  expect(report.running).toHaveLength(1);
  expect(report.summary).toContain('0.86 $/h');
  expect(report.stop).toEqual(['steadydancer stop']);
  expect(at.recorded()).toHaveLength(1);
});

it('an answer that never came: the pod that was made is found by its name, not made twice', async () => {
  const at = await begin({ createUnanswered: true });
  const { exitCode, report } = await at.deploy({ pay: '0.3' });
  expect(exitCode, at.said.join('\n')).toBe(0);
  expect(at.cloud.created).toHaveLength(1);
  expect([report.running, at.cloud.running()]).toEqual([[], []]);
});

it('models on a new network volume: made in its data center, mounted, fetched there; named at the end', async () => {
  const at = await begin({ noMoney: true });
  const options = {
    profile: 'runpod-volume-fp8',
    pay: '0.7',
    newVolume: true,
    dataCenter: 'EU-RO-1',
  };
  const { report } = await at.deploy(options);
  expect(report.diagnoses[0]?.code).toBe('runpod-balance');
  expect(at.cloud.volumes).toHaveLength(1);
  expect(report.volume?.id).toBe(at.cloud.volumes[0]?.id);
  expect(report.summary).toMatch(/Network volume vol1 stays, [\d.]+ \$ a month/);
  at.cloud.faults.noMoney = false;
  at.cloud.faults.lostAfter = 1;
  const second = await at.deploy({ profile: 'runpod-volume-fp8', pay: '0.7', volume: 'vol1' });
  expect(second.report.diagnoses[0]?.code, at.said.join('\n')).toBe('pod-lost');
  expect(at.cloud.created[0]).toMatchObject({
    mounts: { network: [{ volumeId: 'vol1', path: '/opt/ComfyUI/models' }] },
    dataCenterIds: ['EU-RO-1'],
    gpu: { id: 'NVIDIA GeForce RTX 4090', minCudaVersion: '12.8' },
    env: { FETCH_MODELS: 'true', STEADYDANCER_VARIANT: 'fp8' },
  });
  expect(at.cloud.running()).toEqual([]);
});

it('a template: its body as a file, or made by the API, which takes it as it is', async () => {
  const at = await begin();
  await at.deploy({ createTemplate: true, template: undefined as never }).catch(() => undefined);
  expect(at.cloud.templates[0]).toMatchObject({
    name: 'steadydancer-rehearsal',
    startJupyter: false,
    image: 'ghcr.io/me/rehearsal:1',
  });
  expect(at.cloud.running()).toEqual([]);
});

it.each<[DeployOptions, string]>([
  [{ pay: 'much' }, '--pay takes a number'],
  [{ cloud: 'moon' }, '--cloud takes'],
  [{ keep: true, idle: '5' }, 'one of the two'],
  [{ newVolume: true }, '--data-center'],
])('%j is a wrong use', async (options, words) => {
  const at = await begin();
  const { exitCode } = await at.deploy(options);
  expect(exitCode).toBe(2);
  expect(at.said.join()).toContain(words);
  expect(at.cloud.calls).toEqual([]);
});

it('without a key it says where one is made', async () => {
  const at = await begin();
  at.cloud.env.RUNPOD_API_KEY = '';
  const { exitCode, report } = await at.deploy();
  expect([exitCode, report.diagnoses[0]?.code]).toEqual([20, 'runpod-key-missing']);
});
