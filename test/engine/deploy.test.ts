import { afterAll, beforeAll, expect, it } from 'vitest';
import { deploySchema } from '../../src/contract/deploy.ts';
import { describeWithEngine } from './engine.ts';
import { PodWorld } from './pod-world.ts';

describeWithEngine('from an image to a tested pod', () => {
  let world: PodWorld | { reason: string } = { reason: 'not begun' };
  beforeAll(async () => {
    world = await PodWorld.begin();
  });
  afterAll(async () => {
    if ('end' in world) await world.end();
  });

  it('deployed and tested from a computer without an engine, then ended', async ({ skip }) => {
    if ('reason' in world) return skip(world.reason);
    const { cloud, laptop, ref } = world;
    const wish = ['deploy', '--profile', 'rehearsal', '--image', ref, '--json'];
    const { exitCode, stdout, stderr } = await laptop.call([...wish, '--pay', '0.3']);
    expect(exitCode, stderr).toBe(0);
    const report = deploySchema.strict().parse(JSON.parse(stdout));
    expect(report.smoke).toHaveLength(7);
    expect(report.smoke.map(({ status }) => status)).not.toContain('fail');
    expect(report.outputs).toMatchObject([{ mime: 'image/apng' }]);
    expect([report.running, cloud.running()]).toEqual([[], []]);
    // Each request was short: the proxy's 100 s are far.
    expect(cloud.proxy.slowestMs()).toBeLessThan(30_000);
    expect(cloud.proxy.statuses).not.toContain(524);
    expect(stdout + stderr).not.toContain(cloud.env.RUNPOD_API_KEY);
  });
});
