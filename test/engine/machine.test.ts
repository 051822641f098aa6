import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { text } from 'node:stream/consumers';
import type Docker from 'dockerode';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { labels } from '../../src/contract/ids.ts';
import { proveGpuInContainer } from '../../src/machine/gpu-container.ts';
import { observe } from '../../src/machine/observe.ts';
import { reclaimable } from '../../src/machine/reclaimable.ts';
import type { Machine, ReadyEngine } from '../../src/machine/types.ts';
import { askVersion, connectDocker, resolveEndpoint } from '../../src/ports/docker.ts';
import { recordedInfo, recordedVersion } from '../unit/machine/fakes.ts';
import { describeWithEngine } from './engine.ts';

describeWithEngine('a real engine', () => {
  let docker: Docker;
  beforeAll(async () => {
    docker = await connectDocker(await resolveEndpoint(process.env, homedir()));
  });

  it('is seen as ready, in well under five seconds, part by part', async () => {
    const parts: (keyof Machine)[] = [];
    const started = performance.now();
    const machine = await observe({
      env: process.env,
      onPart: (part) => parts.push(...(Object.keys(part) as (keyof Machine)[])),
    });
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(parts.toSorted()).toEqual(['disk', 'engine', 'gpu', 'host']);
    expect(parts[0]).toBe('host');
    const info = await docker.info();
    expect(machine.engine).toMatchObject({
      state: 'ready',
      version: info.ServerVersion,
      rootDir: info.DockerRootDir,
      storageDriver: info.Driver,
      memoryBytes: info.MemTotal,
      cpus: info.NCPU,
      os: 'linux',
    });
  });

  it('measures its own disk where it runs on this machine', async () => {
    const { disk, engine } = await observe({ env: process.env });
    const fact = disk.find(({ place }) => place === 'docker');
    expect(fact?.path).toBe((engine as ReadyEngine).rootDir);
    const df = spawnSync('df', ['-B1', '--output=size', fact?.path ?? '/'], { encoding: 'utf8' });
    // A root dir that only root may enter is measured at its parent; df says nothing there.
    if (df.status === 0) expect(fact?.totalBytes).toBe(Number(df.stdout.split('\n')[1]));
    expect(fact?.freeBytes).toBeGreaterThan(0);
  });

  it('answers in the shape that the fakes of the unit tests have', async () => {
    const version = await docker.version();
    const info = await docker.info();
    const shape = (value: unknown) =>
      Array.isArray(value) || value === null ? 'list or null' : typeof value;
    for (const [name, recorded] of Object.entries(recordedVersion)) {
      // Newer engines leave members out that nothing here reads.
      if (!['Version', 'ApiVersion', 'Os', 'Arch', 'Components'].includes(name)) continue;
      expect([name, shape(version[name as never])]).toEqual([name, shape(recorded)]);
    }
    for (const [name, recorded] of Object.entries(recordedInfo)) {
      expect([name, shape(info[name])]).toEqual([name, shape(recorded)]);
    }
  });

  it('is asked in an API version that both sides know', async () => {
    const { ApiVersion } = await askVersion(docker, AbortSignal.timeout(5_000));
    const agreed = (docker.modem as { version?: string }).version?.slice(1) ?? '';
    const [major = 0, minor = 0] = agreed.split('.').map(Number);
    const [theirMajor = 0, theirMinor = 0] = ApiVersion.split('.').map(Number);
    expect(major * 1000 + minor).toBeLessThanOrEqual(theirMajor * 1000 + theirMinor);
    await expect(docker.ping()).resolves.toBeDefined();
  });

  it('counts what could be freed', async () => {
    const sums = await reclaimable(docker, { timeoutMs: 30_000 });
    for (const value of Object.values(sums)) expect(value).toBeGreaterThanOrEqual(0);
    const images = await docker.listImages();
    expect(sums.images).toBeLessThanOrEqual(images.length + 100);
  });

  describeWithEngine('asked for a GPU', () => {
    const image = `steadydancer-test-gpu-proof:${process.pid}`;
    beforeAll(async () => {
      const archive = pack();
      archive.entry({ name: 'empty' }, '');
      archive.finalize();
      const [repo, tag] = image.split(':');
      const answer = await docker.importImage(archive as never, { repo, tag } as never);
      await text(answer as never);
    });
    afterAll(async () => {
      await docker.getImage(image).remove({ force: true });
    });

    it('says why not in a container that holds no nvidia-smi, and leaves no container', async () => {
      const { engine, host } = await observe({ env: process.env });
      if (engine.state !== 'ready') throw new Error(engine.sentence);
      const runId = `test-${process.pid}`;
      const proof = await proveGpuInContainer({ docker, engine, host, image, gpu: 'all', runId });
      expect(proof.state).toBe('not-seen');
      // Without the toolkit the engine refuses; with it, an empty image has no libc for nvidia-smi.
      if (proof.state === 'not-seen' && proof.way === 'device-request') {
        expect(proof.code).toBe('gpu-toolkit-missing');
        expect(proof.proof).toMatch(/could not select device driver|GPU vendor/);
      }
      const left = await docker.listContainers({
        all: true,
        filters: { label: [`${labels.run}=${runId}`] },
      });
      expect(left).toEqual([]);
    });

    it('says so when the nvidia runtime is not configured', async () => {
      const { engine, host } = await observe({ env: process.env });
      if (engine.state !== 'ready') throw new Error(engine.sentence);
      if (engine.runtimes.includes('nvidia')) return expect(engine.runtimes).toContain('nvidia');
      const claimed = { ...engine, runtimes: [...engine.runtimes, 'nvidia'] };
      const proof = await proveGpuInContainer({ docker, engine: claimed, host, image, gpu: 0 });
      expect(proof).toMatchObject({
        state: 'not-seen',
        way: 'runtime',
        code: 'gpu-runtime-unknown',
      });
    });
  });
});
