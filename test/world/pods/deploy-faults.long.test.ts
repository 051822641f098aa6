import { afterEach, expect, it } from 'vitest';
import type { DeployOptions } from '../../../src/commands/deploy-options.ts';
import type { Faults } from './cloud.ts';
import { Deploying } from './deploying.ts';

let world: Deploying | null = null;
afterEach(async () => {
  await world?.end();
  world = null;
});
const begin = async (faults: Faults = {}, proxyLimitMs?: number) => {
  world = await Deploying.begin(faults, proxyLimitMs);
  return world;
};

/** After each failure: what runs in the cloud is exactly what the report names. */
const failures: [string, Faults, DeployOptions, string, number][] = [
  ['no capacity anywhere', { noCapacity: 'all' }, {}, 'runpod-no-capacity', 20],
  ['no money', { noMoney: true }, {}, 'runpod-balance', 20],
  ['a crash loop', { crashLoop: true }, {}, 'pod-crash-loop', 20],
  ['a pod that is lost in its test', { lostAfter: 4 }, {}, 'pod-lost', 20],
  ['a price above the agreed one', { price: 7 }, {}, 'runpod-price', 20],
  [
    'a host with an old driver',
    { neverStarts: 'nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.8' },
    {},
    'pod-cuda-old',
    20,
  ],
  [
    'an image that cannot be pulled',
    { neverStarts: 'failed to pull image: pull access denied' },
    {},
    'pod-image-not-pulled',
    20,
  ],
  ['a pull without end', { pullMs: 60_000 }, { limit: '0.0001' }, 'runpod-spend-limit', 20],
  [
    'a host that says nothing more',
    { neverStarts: '0123456789ab Waiting' },
    { wait: '0.02' },
    'pod-not-ready',
    17,
  ],
];
it.each(failures)('%s', async (_what, faults, options, code, exit) => {
  const at = await begin(faults);
  const { exitCode, report } = await at.deploy({ pay: '0.3', ...options });
  expect(report.diagnoses[0]?.code, at.said.join('\n')).toBe(code);
  expect(exitCode).toBe(exit);
  expect(report.running.map(({ id }) => id)).toEqual(at.cloud.running());
  expect(at.cloud.running()).toEqual([]);
  expect(report.summary).toContain('No pod of this runs any more.');
  expect(at.recorded()).toEqual([]);
});

it('a pod that cannot be ended is named with its price, and is remembered', async () => {
  const at = await begin({ staysForEver: true });
  const { exitCode, report } = await at.deploy({ pay: '0.3' });
  expect(exitCode).toBe(20);
  expect(report.running.map(({ id }) => id)).toEqual(at.cloud.running());
  expect(report.running).toHaveLength(1);
  expect(report.summary).toMatch(
    /still runs and costs 0.25 \$\/h \(.*500.*\); to end it: steadydancer stop/,
  );
  expect(at.recorded()).toHaveLength(1);
});

it('an interface that was switched off: this tool is too old, and nothing was made', async () => {
  const at = await begin({ gone: true });
  const { exitCode, report } = await at.deploy({ pay: '0.3' });
  expect([exitCode, report.diagnoses[0]?.code]).toEqual([20, 'runpod-api-gone']);
  expect(at.cloud.created).toEqual([]);
});

it('ended when nothing was rendered for a while', async () => {
  const at = await begin();
  const { exitCode, report } = await at.deploy({ pay: '0.3', idle: '0.01' });
  expect(exitCode).toBe(0);
  expect(report.pod?.state).toBe('ended');
  expect(at.cloud.running()).toEqual([]);
});

it('a proxy that cuts each answer off (524) is not a ComfyUI that is ready', async () => {
  const at = await begin({}, 0);
  const { exitCode, report } = await at.deploy({ pay: '0.3', wait: '0.03' });
  expect(exitCode).toBe(17);
  expect(report.diagnoses[0]).toMatchObject({ code: 'pod-not-ready' });
  expect(at.cloud.proxy.statuses).toContain(524);
  expect([report.running, at.cloud.running()]).toEqual([[], []]);
});
