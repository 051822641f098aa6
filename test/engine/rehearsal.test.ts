import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { build as bundle } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { engineBuilder } from '../../src/build/engine-builder.ts';
import { createComfyClient } from '../../src/comfyui/client.ts';
import { parseGraph } from '../../src/comfyui/graph.ts';
import { readPng } from '../../src/comfyui/media/png.ts';
import { runSmoke } from '../../src/comfyui/smoke/run.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { assetPath } from '../../src/recipe/assets.ts';
import { assembleRehearsalContext } from '../../src/recipe/rehearsal-context.ts';
import { describeWithEngine } from './engine.ts';

const TAG = `steadydancer-test-rehearsal:${process.pid}`;
const socket = () => (process.env.DOCKER_HOST ?? '').replace(/^unix:\/\//, '');

describeWithEngine('the rehearsal on a real engine', () => {
  let folder: string;
  let docker: Docker;
  const containers: Docker.Container[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sd-rehearsal-'));
    docker = new Docker({ socketPath: socket() });
    const serverBundle = join(folder, 'server.js');
    // The source as it is now, whether dist/ is there or old.
    await bundle({
      entryPoints: [assetPath('src', 'rehearsal', 'server.ts')],
      ...{ bundle: true, platform: 'node', format: 'esm', outfile: serverBundle },
    });
    const version = await docker.version();
    const context = await assembleRehearsalContext({
      destination: join(folder, 'context'),
      engineArch: version.Arch,
      engineOs: version.Os,
      serverBundle,
    });
    expect(context.node).toBe('own');
    await engineBuilder(docker).build(
      { contextDir: context.dir, dockerfile: context.dockerfile, tag: TAG, args: {}, labels: {} },
      () => {},
      new AbortController().signal,
    );
  });

  afterAll(async () => {
    for (const container of containers) await container.remove({ force: true }).catch(() => {});
    await docker
      ?.getImage(TAG)
      .remove({ force: true })
      .catch(() => {});
    await rm(folder, { recursive: true, force: true });
  });

  /** As DESIGN.md's Safety wants every container: a uid without a name, nothing to gain. */
  async function start(fault = 'none') {
    const outDir = await mkdtemp(join(folder, 'output-'));
    const container = await docker.createContainer({
      Image: TAG,
      User: '12345:12345',
      Env: [`STEADYDANCER_REHEARSAL_FAULT=${fault}`],
      ExposedPorts: { '8188/tcp': {} },
      HostConfig: {
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        Tmpfs: { '/output': 'mode=1777' },
        PortBindings: { '8188/tcp': [{ HostIp: '127.0.0.1', HostPort: '0' }] },
      },
    });
    containers.push(container);
    await container.start();
    const ports = (await container.inspect()).NetworkSettings.Ports;
    return { container, outDir, url: `http://127.0.0.1:${ports['8188/tcp']?.[0]?.HostPort}` };
  }

  const logOf = async (container: Docker.Container) =>
    (await container.logs({ stdout: true, stderr: true })).toString();
  const ready = (container: Docker.Container) =>
    expect
      .poll(() => logOf(container), { timeout: 20_000 })
      .toContain('To see the GUI go to: http://0.0.0.0:8188');

  async function smoke(url: string, outDir: string) {
    const path = assetPath('docker', 'workflows', 'rehearsal.api.json');
    const client = createComfyClient({ url });
    try {
      return await runSmoke({
        client,
        graph: parseGraph(await readFile(path, 'utf8'), path),
        gpuExpected: { kind: 'none' },
        fileExpected: { width: 256, height: 448, frames: 17 },
        outDir,
        emit: () => {},
        signal: new AbortController().signal,
        clock: systemClock,
      });
    } finally {
      await client.close();
    }
  }

  it('passes every level without rights, on a read-only root, and stops at once', async () => {
    const { container, url, outDir } = await start();
    await ready(container);
    const outcome = await smoke(url, outDir);
    expect(outcome.failure).toBeNull();
    expect(outcome.levels.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'reachable ok',
      'gpu skip',
      'nodes ok',
      'models skip',
      'workflow ok',
      'render ok',
      'file ok',
    ]);
    expect(await readdir(outDir)).toEqual(['rehearsal_00001_.png']);
    const film = readPng(await readFile(join(outDir, 'rehearsal_00001_.png')));
    expect(film.frameCount).toBe(17);
    const log = await logOf(container);
    for (const line of ['Starting server', 'got prompt', 'Prompt executed in']) {
      expect(log).toContain(line);
    }
    const started = performance.now();
    await container.stop({ t: 30 });
    expect(performance.now() - started).toBeLessThan(8_000);
    expect((await container.inspect()).State.ExitCode).toBe(0);
  });

  it('builds the variant for other architectures on any image that has Node', async () => {
    // Stands in for node:24-slim, which a machine without the hub does not have.
    const base = `${TAG}-base`;
    const context = await assembleRehearsalContext({
      destination: join(folder, 'other'),
      engineArch: 'riscv64',
      engineOs: 'linux',
      serverBundle: join(folder, 'server.js'),
    });
    expect(context.node).toBe('node-slim');
    const tag = `${TAG}-other`;
    await docker
      .getImage(TAG)
      .tag({ repo: 'steadydancer-test-rehearsal', tag: `${process.pid}-base` });
    try {
      await engineBuilder(docker).build(
        {
          ...{ contextDir: context.dir, dockerfile: context.dockerfile, tag, labels: {} },
          args: { BASE_IMAGE: base },
        },
        () => {},
        new AbortController().signal,
      );
      const { Config } = await docker.getImage(tag).inspect();
      expect(Config.Entrypoint).toEqual(['node', '/app/server.js']);
    } finally {
      await docker
        .getImage(tag)
        .remove({ force: true })
        .catch(() => {});
      await docker
        .getImage(base)
        .remove({ force: true })
        .catch(() => {});
    }
  });

  it('is healthy by its own check', async () => {
    const { container } = await start();
    const health = async () => (await container.inspect()).State.Health?.Status;
    await expect.poll(health, { timeout: 60_000, interval: 500 }).toBe('healthy');
  });

  it('shows a container that ends at start, with its line and exit code', async () => {
    const { container } = await start('exit-at-start');
    expect(await container.wait()).toMatchObject({ StatusCode: 3 });
    expect(await logOf(container)).toContain('ModuleNotFoundError');
  });

  it('shows a container that is killed while it renders as unreachable, not as a hang', async () => {
    const { container, url, outDir } = await start('exit-in-render');
    await ready(container);
    const outcome = await smoke(url, outDir);
    expect(outcome.failure?.code).toBe('comfyui-unreachable');
    expect(outcome.levels.find(({ status }) => status === 'fail')?.id).toBe('render');
  });

  it('shows a server that starts and never listens', async () => {
    const { container, url, outDir } = await start('never-ready');
    const outcome = await smoke(url, outDir);
    expect(outcome.levels.find(({ status }) => status === 'fail')?.id).toBe('reachable');
    expect((await container.inspect()).State.Running).toBe(true);
  });
});
