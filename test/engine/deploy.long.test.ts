import { afterAll, beforeAll, expect, it } from 'vitest';
import { deploySchema } from '../../src/contract/deploy.ts';
import { statusSchema, stopSchema } from '../../src/contract/status.ts';
import { describeWithEngine } from './engine.ts';
import { PodWorld } from './pod-world.ts';

describeWithEngine('a pod by a run, and one that is kept', () => {
  let world: PodWorld | { reason: string } = { reason: 'not begun' };
  beforeAll(async () => {
    world = await PodWorld.begin();
  });
  afterAll(async () => {
    if ('end' in world) await world.end();
  });

  it('one run builds, pushes and tests on a pod; with no money nothing runs, and it says so', async ({
    skip,
  }) => {
    if ('reason' in world) return skip(world.reason);
    const { cloud, builder, ref } = world;
    const wish = ['--profile', 'rehearsal', '--yes', '--set', 'target=runpod', '--push-to', ref];
    const { result } = await builder.run([...wish, '--pay', '0.3']);
    expect(result.ok, result.summary).toBe(true);
    expect(result.phases.map(({ id }) => id).slice(-3)).toEqual(['image', 'push', 'deploy']);
    expect(result.smoke).toHaveLength(7);
    expect(result).toMatchObject({ container: null, url: null, pods: [] });
    expect(result.summary).toContain('No pod of this runs any more.');
    expect(cloud.running()).toEqual([]);

    cloud.faults.noMoney = true;
    const poor = await builder.run([...wish, '--pay', '0.3']);
    cloud.faults.noMoney = false;
    expect(poor.result).toMatchObject({ exitCode: 20, phase: 'deploy', pods: [] });
    expect(poor.result.diagnoses[0]?.code).toBe('runpod-balance');

    cloud.faults.staysForEver = true;
    const stuck = await builder.run([...wish, '--pay', '0.3']);
    cloud.faults.staysForEver = false;
    expect(stuck.result.exitCode).toBe(20);
    expect(stuck.result.pods?.map(({ id }) => id)).toEqual(cloud.running());
    expect(cloud.running()).toHaveLength(1);
    expect((await builder.call(['stop'])).exitCode).toBe(0);
    expect(cloud.running()).toEqual([]);
    for (const options of [
      ['--pay', '0.3'],
      [...wish, '--keep-pod'],
      [...wish, '--pay', 'x'],
    ]) {
      expect((await builder.run(options)).exitCode).toBe(2);
    }
  });

  it('kept: smoke, status and stop work on it from there; Ctrl-C ends one that starts', async ({
    skip,
  }) => {
    if ('reason' in world) return skip(world.reason);
    const { cloud, laptop, ref } = world;
    const wish = ['deploy', '--profile', 'rehearsal', '--image', ref, '--json', '--pay', '0.3'];
    const kept = await laptop.call([...wish, '--keep']);
    expect(kept.exitCode, kept.stderr).toBe(0);
    const report = deploySchema.parse(JSON.parse(kept.stdout));
    expect(report.running.map(({ id }) => id)).toEqual(cloud.running());
    const smoke = await laptop.call(['smoke', '--url', report.pod?.url ?? '', '--json']);
    expect(JSON.parse(smoke.stdout).ok, smoke.stderr).toBe(true);
    const status = await laptop.call(['status', '--json']);
    expect(statusSchema.parse(JSON.parse(status.stdout)).pods).toHaveLength(1);
    const stopped = await laptop.call(['stop', '--json']);
    expect(stopSchema.parse(JSON.parse(stopped.stdout)).pods).toHaveLength(1);
    expect(cloud.running()).toEqual([]);

    cloud.faults.pullMs = 60_000;
    const child = laptop.start(wish);
    while (cloud.running().length === 0) await new Promise((look) => setImmediate(look));
    child.kill('SIGINT');
    const ended = await child.finished;
    expect(ended.exitCode, ended.stderr).toBe(130);
    const left = deploySchema.parse(JSON.parse(ended.stdout));
    expect(left.running.map(({ id }) => id)).toEqual(cloud.running());
    expect(cloud.running()).toEqual([]);
  });

  it('killed while its pod starts: status names the pod from then on, and stop ends it', async ({
    skip,
  }) => {
    if ('reason' in world) return skip(world.reason);
    const { cloud, laptop, ref } = world;
    cloud.faults.pullMs = 60_000;
    const child = laptop.start([
      'deploy',
      '--profile',
      'rehearsal',
      '--image',
      ref,
      '--pay',
      '0.3',
    ]);
    while (cloud.running().length === 0) await new Promise((look) => setImmediate(look));
    child.kill('SIGKILL');
    await child.finished;
    const { stdout } = await laptop.call(['status', '--json']);
    const { running, pods = [] } = statusSchema.parse(JSON.parse(stdout));
    expect(running).toBe(true);
    expect(pods.map(({ id }) => id)).toEqual(cloud.running());
    expect((await laptop.call(['stop'])).exitCode).toBe(0);
    expect(cloud.running()).toEqual([]);
  });
});
