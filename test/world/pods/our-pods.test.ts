import { afterEach, expect, it } from 'vitest';
import { logs } from '../../../src/commands/logs.ts';
import { currentStatus } from '../../../src/commands/status.ts';
import { stop } from '../../../src/commands/stop.ts';
import { statusSchema, stopSchema } from '../../../src/contract/status.ts';
import { podsDir, writePodRecord } from '../../../src/pods/pod-records.ts';
import { places } from '../../../src/profiles/places.ts';
import type { Faults } from './cloud.ts';
import { Deploying } from './deploying.ts';

let world: Deploying | null = null;
afterEach(async () => {
  await world?.end();
  world = null;
});
const begin = async (faults: Faults = {}) => {
  world = await Deploying.begin(faults);
  return world;
};
const status = async (at: Deploying) => statusSchema.parse(await currentStatus(at.io));

it('a pod that is kept is in status with its costs and in logs; stop ends it, without an engine', async () => {
  const at = await begin();
  const { report } = await at.deploy({ pay: '0.3', keep: true });
  expect(report.pod?.state).toBe('RUNNING');
  const [id] = at.cloud.running();
  const seen = await status(at);
  expect(seen.running).toBe(true);
  expect(seen.pods).toMatchObject([
    { id, state: 'RUNNING', costPerHour: 0.25, url: report.pod?.url },
  ]);

  at.out.splice(0);
  expect(await logs(undefined, { pod: true }, at.io)).toBe(0);
  expect(at.out).toContain('system: start container for ghcr.io/me/rehearsal:1: begin');

  at.out.splice(0);
  expect(await stop({ json: true }, at.io)).toBe(0);
  const { pods, stopped } = stopSchema.parse(JSON.parse(at.out[0] ?? ''));
  expect(pods).toMatchObject([{ id, state: 'ended' }]);
  expect(stopped).toEqual([]);
  expect(at.cloud.running()).toEqual([]);
  expect((await status(at)).pods).toBeUndefined();
  expect(at.recorded()).toEqual([]);
});

it('without the key a pod is not forgotten: nobody can say that it does not cost', async () => {
  const at = await begin();
  await at.deploy({ pay: '0.3', keep: true });
  const key = at.cloud.env.RUNPOD_API_KEY ?? '';
  at.cloud.env.RUNPOD_API_KEY = '';
  expect((await status(at)).pods?.[0]?.state).toContain('RUNPOD_API_KEY is not set');
  await expect(stop({}, at.io)).rejects.toMatchObject({ code: 'runpod-key-missing' });
  at.cloud.env.RUNPOD_API_KEY = key;
  // Ended elsewhere meanwhile: status finds out and forgets it.
  for (const pod of [...at.cloud.pods.values()]) {
    at.cloud.pods.delete(pod.id);
    await pod.upstream?.stop();
  }
  expect((await status(at)).pods).toBeUndefined();
  expect(at.recorded()).toEqual([]);
});

it('a program that was killed before the answer: its pod is found by its name and ended', async () => {
  const at = await begin();
  await at.deploy({ pay: '0.3', keep: true });
  const [pod] = at.cloud.pods.values();
  const dir = podsDir(places(at.io.env, at.home).runs);
  const record = {
    ...{ v: 1 as const, name: pod?.body.name ?? '', id: null, gpu: null, costPerHour: null },
    ...{ image: 'x', url: null, createdAt: new Date().toISOString(), profile: null },
  };
  await writePodRecord(dir, record);
  await writePodRecord(dir, {
    ...record,
    name: 'steadydancer-never',
    createdAt: '2026-01-01T00:00:00.000Z',
  });
  expect((await status(at)).pods).toMatchObject([{ id: pod?.id, costPerHour: 0.25 }]);
  await writePodRecord(dir, record);
  expect(await stop({}, at.io)).toBe(0);
  expect(at.cloud.running()).toEqual([]);
  expect(at.recorded()).toEqual([]);
});
