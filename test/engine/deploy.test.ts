import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deploySchema } from '../../src/contract/deploy.ts';
import { statusSchema, stopSchema } from '../../src/contract/status.ts';
import { type Cloud, type Runs, startCloud } from '../world/pods/cloud.ts';
import { testDocker } from './build-folder.ts';
import { describeWithEngine } from './engine.ts';
import { freePort, Program } from './program.ts';
import { type PlainRegistry, startPlainRegistry } from './registry/plain-registry.ts';

/**
 * The whole way with nothing in between that is not real but Runpod itself: an image is built and
 * pushed to a registry, and a computer without an engine deploys it. The pod is a container that is
 * pulled from there.
 */
describeWithEngine('from an image to a tested pod', () => {
  const docker = testDocker();
  const builder = new Program();
  let registry: PlainRegistry | { reason: string } = { reason: 'not started' };
  let cloud: Cloud;
  let laptop: Program;
  let ref = '';

  /** The host of a pod: pulls, and publishes the port where only the proxy looks. */
  async function pod({
    image = '',
    env = {},
  }: {
    image?: string | undefined;
    env?: Record<string, string> | undefined;
  }): Promise<Runs> {
    const pulled = await docker.pull(image);
    await new Promise((done) => docker.modem.followProgress(pulled, done));
    const port = await freePort();
    const container = await docker.createContainer({
      Image: image,
      Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      ExposedPorts: { '8188/tcp': {} },
      HostConfig: {
        PortBindings: { '8188/tcp': [{ HostIp: '127.0.0.1', HostPort: String(port) }] },
        Tmpfs: { '/output': '', '/input': '' },
      },
    });
    await container.start();
    return { url: `http://127.0.0.1:${port}`, stop: () => container.remove({ force: true }) };
  }

  beforeAll(async () => {
    registry = await startPlainRegistry();
    cloud = await startCloud({ run: pod, proxyLimitMs: 100_000 });
    laptop = new Program({ ...cloud.env, DOCKER_HOST: 'unix:///nonexistent/docker.sock' });
    if ('reason' in registry) return;
    ref = `${registry.host}/sd/pod:1`;
    const { result } = await builder.run([
      ...['--profile', 'rehearsal', '--yes', '--until', 'push', '--push-to', ref],
    ]);
    expect(result.ok, result.summary).toBe(true);
    // The pod has to pull it.
    await docker.getImage(ref).remove();
    if (result.image) await docker.getImage(result.image.ref).remove();
  });
  afterAll(async () => {
    await cloud?.close();
    if ('stop' in registry) await registry.stop();
    await docker
      .getImage(ref)
      .remove({ force: true })
      .catch(() => undefined);
    for (const { home } of [builder, laptop]) rmSync(home, { recursive: true, force: true });
  });

  it('deployed and tested from a computer without an engine, then ended', async ({ skip }) => {
    if ('reason' in registry) return skip(registry.reason);
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

  it('one run builds, pushes and tests on a pod; with no money nothing runs, and it says so', async ({
    skip,
  }) => {
    if ('reason' in registry) return skip(registry.reason);
    Object.assign(builder.env, cloud.env);
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
    if ('reason' in registry) return skip(registry.reason);
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
});
