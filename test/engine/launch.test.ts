import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { Failure } from '../../src/contract/failure.ts';
import { containerSpec } from '../../src/launch/container-spec.ts';
import { prepareMounts } from '../../src/launch/mounts.ts';
import { findNamed } from '../../src/launch/named-container.ts';
import type { StartupFinding } from '../../src/launch/startup-log.ts';
import { describeWithEngine } from './engine.ts';
import { testDocker, tinyImage } from './images.ts';
import { freePortNow, HOST, LaunchWorld, listenSomewhere, PROGRAM } from './launch-world.ts';

describeWithEngine('launch on a real engine', () => {
  const docker = testDocker();
  let image = '';
  let world: LaunchWorld;
  beforeAll(async () => {
    image = (await tinyImage(docker, PROGRAM)).ref;
  });
  beforeEach(async () => {
    world = await LaunchWorld.make(docker, image);
  });
  afterEach(() => world.clear());

  const failureOf = async (launching: Promise<unknown>): Promise<Failure> => {
    const error = await launching.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof Failure)) throw new Error(`no Failure but ${String(error)}`);
    return error;
  };

  it('is ready by log line and answer, says import failures at once, keeps the raw log', async () => {
    const findings: StartupFinding[] = [];
    const port = await freePortNow();
    const launched = await world.launch('serve', {
      port,
      input: { onFinding: (finding) => void findings.push(finding) },
    });
    expect(launched).toMatchObject({ by: 'created', port, url: `http://127.0.0.1:${port}` });
    expect((await fetch(`${launched.url}/system_stats`)).status).toBe(200);
    expect(world.states).toEqual(['created', 'started', 'ready']);
    expect(findings.map(({ kind }) => kind)).toEqual([
      'import-failed',
      'cannot-import',
      'starting',
      'gui',
    ]);
    await launched.stopFollowing();
    const raw = await readFile(join(world.folder, 'container.log'), 'utf8');
    expect(raw).toContain('To see the GUI go to: http://0.0.0.0:8188');
    expect((await stat(join(world.folder, 'container.log'))).mode & 0o777).toBe(0o600);
  });

  it('sets what Safety promises, and a uid without a name can write its home', async () => {
    const output = join(world.folder, 'new', 'output');
    const mount = { kind: 'folder' as const, source: output, target: '/output', readOnly: false };
    const made = await prepareMounts([mount], { owner: HOST, docker, profile: world.profile });
    const launched = await world.launch('serve', {
      port: await freePortNow(),
      spec: { mounts: [mount] },
    });
    const probe = await (await fetch(`${launched.url}/probe`)).json();
    expect(probe).toEqual({
      uid: HOST.uid,
      gid: HOST.gid,
      home: true,
      cache: true,
      root: 'EROFS',
      tmp: true,
      out: true,
      user: 'steadydancer',
      capabilities: '0000000000000000',
      noNewPrivileges: '1',
    });
    expect(made).toEqual([output, join(world.folder, 'new')]);
    for (const folder of made) expect((await stat(folder)).uid).toBe(HOST.uid);
    expect((await stat(join(output, 'x'))).uid).toBe(HOST.uid);
    const { HostConfig, Config } = await docker.getContainer(launched.id).inspect();
    expect(HostConfig.Memory).toBe(6 * 2 ** 30);
    expect(HostConfig.MemorySwap).toBe(6 * 2 ** 30);
    expect(HostConfig.CapDrop).toEqual(['ALL']);
    expect(HostConfig.SecurityOpt).toEqual(['no-new-privileges:true']);
    expect(HostConfig.ReadonlyRootfs).toBe(true);
    expect(HostConfig.RestartPolicy?.Name).toBe('no');
    expect(HostConfig.Init).toBe(true);
    expect(HostConfig.PortBindings['8188/tcp'][0].HostIp).toBe('127.0.0.1');
    expect(Config.Labels['io.steadydancer.profile']).toBe(world.profile);
  });

  it('names exit code and last lines of one that ends at start, and keeps it', async () => {
    const failure = await failureOf(world.launch('exit', { port: await freePortNow() }));
    expect(failure.code).toBe('container-exited');
    expect(failure.message).toContain(`Container ${world.name} ended after`);
    expect(failure.message).toContain('exit code 3');
    expect(failure.details.proof).toBe("ModuleNotFoundError: No module named 'yaml'");
    expect(failure.details.cause).toContain('Traceback (most recent call last):');
    expect(world.states).toEqual(['created', 'started', 'exited']);
    expect((await findNamed(docker, world.name))?.State.ExitCode).toBe(3);
    // The next launch keeps its log aside and makes a new one.
    await world.launch('serve', { port: await freePortNow() });
    const all = await docker.listContainers({ all: true });
    const names = all.flatMap(({ Names }) => Names).filter((name) => name.includes(world.name));
    expect(names.sort()).toEqual([
      `/${world.name}`,
      expect.stringMatching(new RegExp(`^/${world.name}-failed-[0-9a-f]{6}$`)),
    ]);
  });

  it('tells a memory limit that was reached from other ends', async () => {
    const failure = await failureOf(
      world.launch('eat', {
        port: await freePortNow(),
        spec: { choices: { recipe: 'rehearsal', memoryLimitBytes: 96 * 2 ** 20 } },
      }),
    );
    expect(failure.code).toBe('container-oom-killed');
    expect(failure.message).toContain('96 MB of memory');
  });

  it('tells a GPU that is missing by the words of the log and of the engine', async () => {
    const port = await freePortNow();
    const byLog = await failureOf(world.launch('no-gpu', { port }));
    expect(byLog.code).toBe('container-gpu-unavailable');
    expect(byLog.details.proof).toContain('Found no NVIDIA driver');
    const info = await docker.info();
    if (Object.keys(info.Runtimes ?? {}).includes('nvidia')) return;
    const byEngine = await failureOf(
      world.launch('serve', {
        port,
        spec: { gpu: { DeviceRequests: [{ Count: -1, Capabilities: [['gpu']] }] } },
      }),
    );
    expect(byEngine.code).toBe('container-gpu-unavailable');
    expect(byEngine.details.proof).toMatch(/could not select device driver|GPU/);
    expect(await findNamed(docker, world.name)).toBeNull();
  });

  it('gives up at the limit with the last line, sanitised, and stops what hangs', async () => {
    const failure = await failureOf(
      world.launch('hang', { port: await freePortNow(), input: { limitMs: 1_500 } }),
    );
    expect(failure.code).toBe('container-not-ready');
    expect(failure.details.exitCode).toBe(17);
    expect(failure.message).toMatch(/not ready after 1\.5 s; its last line: still loading$/);
    expect(world.lines).toEqual(['still loading']);
    expect((await findNamed(docker, world.name))?.State.Running).toBe(false);
  });

  it('removes what it made when it is cancelled during the wait', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped by SIGINT');
    const launching = world.launch('hang', {
      port: await freePortNow(),
      input: { onLine: () => controller.abort(reason) },
      signal: controller.signal,
    });
    await expect(launching).rejects.toBe(reason);
    expect(await findNamed(docker, world.name)).toBeNull();
    expect(world.states).toEqual(['created', 'started', 'removed']);
  });

  it('reuses a running one of the same plan, starts a stopped one again, replaces another plan', async () => {
    const port = await freePortNow();
    const first = await world.launch('serve', { port });
    await first.stopFollowing();
    const reused = await world.launch('serve', { port });
    expect(reused).toMatchObject({ by: 'reused', id: first.id, port });
    await reused.stopFollowing();
    await docker.getContainer(first.id).stop();
    const again = await world.launch('serve', { port });
    expect(again).toMatchObject({ by: 'started-again', id: first.id });
    await again.stopFollowing();
    const other = await world.launch('serve', { port, spec: { planDigest: 'b'.repeat(64) } });
    expect(other.by).toBe('created');
    expect(other.id).not.toBe(first.id);
    expect(world.states.slice(3)).toEqual([
      'reused',
      'started',
      'ready',
      'stopped',
      'created',
      'started',
      'ready',
      // It goes only when the new one is ready.
      'removed',
    ]);
  });

  it('puts a running one back when the one that replaces it does not run', async () => {
    const port = await freePortNow();
    const first = await world.launch('serve', { port });
    await first.stopFollowing();
    const planDigest = 'c'.repeat(64);
    const failure = await failureOf(world.launch('exit', { port, spec: { planDigest } }));
    expect(failure.code).toBe('container-exited');
    const back = await findNamed(docker, world.name);
    expect(back).toMatchObject({ Id: first.id, State: { Running: true } });
    const [, kept = ''] = /Container (\S+) ended/.exec(failure.message) ?? [];
    expect(kept).toMatch(/-failed-[0-9a-f]{6}$/);
    expect((await findNamed(docker, kept))?.State.ExitCode).toBe(3);
    expect(JSON.stringify(failure.details.fixes)).toContain(`docker logs ${kept}`);
    await expect.poll(() => fetch(`${first.url}/system_stats`).then(({ ok }) => ok)).toBe(true);
    const controller = new AbortController();
    const stopped = world.launch('hang', {
      port,
      spec: { planDigest },
      input: { onLine: () => controller.abort(new Error('stopped')) },
      signal: controller.signal,
    });
    await expect(stopped).rejects.toThrow('stopped');
    expect(await findNamed(docker, world.name)).toMatchObject({
      Id: first.id,
      State: { Running: true },
    });
    // A kill in between leaves it aside: the next launch finds it.
    const container = docker.getContainer(first.id);
    await container.rename({ name: `${world.name}-before-${first.id.slice(0, 6)}` });
    const again = await world.launch('serve', { port });
    expect(again).toMatchObject({ by: 'reused', id: first.id });
  });

  it('replaces one whose image was built again under the same plan', async () => {
    const port = await freePortNow();
    const rebuilt = await tinyImage(docker, `${PROGRAM}// again`);
    const first = await world.launch('serve', { port });
    const second = await world.launch('serve', { port, spec: { imageRef: rebuilt.id } });
    expect(second).toMatchObject({ by: 'created', port });
    expect(second.id).not.toBe(first.id);
    const third = await world.launch('serve', { port, spec: { imageRef: rebuilt.id } });
    expect(third).toMatchObject({ by: 'reused', id: second.id });
  });

  it('starts one that a killed launch made and never started', async () => {
    const port = await freePortNow();
    const left = await docker.createContainer(containerSpec({ ...world.spec('serve'), port }));
    const launched = await world.launch('serve', { port });
    expect(launched).toMatchObject({ by: 'started-again', id: left.id });
  });

  it('waits for a running one that does not answer yet', async () => {
    const port = await freePortNow();
    const spec = containerSpec({ ...world.spec('serve'), port });
    const left = await docker.createContainer(spec);
    await left.start();
    const launched = await world.launch('serve', { port });
    expect(launched).toMatchObject({ by: 'reused', id: left.id });
    expect((await fetch(`${launched.url}/system_stats`)).status).toBe(200);
  });

  it('leaves a running one alone when the launch that reuses it is cancelled', async () => {
    const port = await freePortNow();
    const first = await world.launch('serve', { port });
    const controller = new AbortController();
    controller.abort(new Error('too late'));
    await expect(world.launch('serve', { port, signal: controller.signal })).rejects.toThrow();
    expect((await docker.getContainer(first.id).inspect()).State.Running).toBe(true);
  });

  it('never touches a foreign container of that name', async () => {
    const foreign = await docker.createContainer({ name: world.name, Image: image });
    const failure = await failureOf(world.launch('serve', { port: await freePortNow() }));
    expect(failure.code).toBe('container-name-taken');
    expect((await foreign.inspect()).State.Status).toBe('created');
    expect(world.events).toEqual([]);
  });

  it('takes the next port, and says so, when a process has the wanted one', async () => {
    const taken = await listenSomewhere();
    try {
      const launched = await world.launch('serve', { port: taken.port });
      expect(launched.port).toBeGreaterThan(taken.port);
      expect(world.questions[0]).toMatch(
        new RegExp(`^Port ${taken.port} is taken by .+ \\(process \\d+, up .+\\)\\.$`),
      );
      expect(world.events).toContainEqual({
        type: 'note',
        level: 'warn',
        text: `${world.questions[0]} Port ${launched.port} is used instead.`,
      });
    } finally {
      await taken.close();
    }
  });

  it('names the container that has the port; stops it only when a person says so', async () => {
    const port = await freePortNow();
    const holder = await LaunchWorld.make(docker, image);
    try {
      const held = await holder.launch('serve', { port });
      const refused = await failureOf(world.launch('serve', { port, answer: 'back' }));
      expect(refused.code).toBe('port-taken');
      expect(refused.message).toContain(`Port ${port} is taken by container ${holder.name} (up`);
      expect((await docker.getContainer(held.id).inspect()).State.Running).toBe(true);
      const launched = await world.launch('serve', { port, answer: 'stop' });
      expect(launched.port).toBe(port);
      expect((await docker.getContainer(held.id).inspect()).State.Running).toBe(false);
    } finally {
      await holder.clear();
    }
  });

  it('tries the next port when the wanted one is taken between look and start', async () => {
    const taken = await listenSomewhere();
    try {
      // Not local: it cannot look, and only the engine says that the port is taken.
      const launched = await world.launch('serve', { port: taken.port, input: { local: false } });
      expect(launched.port).toBe(taken.port + 1);
      expect(world.states.slice(0, 2)).toEqual(['created', 'removed']);
    } finally {
      await taken.close();
    }
  });

  it('names a folder that is missing and an image that is missing', async () => {
    const gone = join(world.folder, 'gone');
    const mount = { kind: 'folder' as const, source: gone, target: '/output', readOnly: false };
    const port = await freePortNow();
    const denied = await failureOf(world.launch('serve', { port, spec: { mounts: [mount] } }));
    expect(denied.code).toBe('mount-denied');
    await expect(stat(gone)).rejects.toThrow('ENOENT');
    const missing = await failureOf(
      world.launch('serve', { port, spec: { imageRef: 'steadydancer-test-none:1' } }),
    );
    expect(missing.code).toBe('image-missing');
  });
});
