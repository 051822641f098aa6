import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nearestExisting, observeDisk, observeEngineDisk } from '../../../src/machine/disk.ts';
import { readyEngine } from '../../../src/machine/engine-info.ts';
import { reclaimableOf } from '../../../src/machine/reclaimable.ts';
import type { EngineEndpoint } from '../../../src/machine/types.ts';
import { fakeFile, linuxHost, recordedInfo, recordedVersion, scratch } from './fakes.ts';

let dir: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ dir, remove } = await scratch());
});
afterEach(() => remove());

const local: EngineEndpoint = { url: 'unix:///var/run/docker.sock', context: null, remote: false };
const engine = (info: object, endpoint = local) =>
  readyEngine(endpoint, recordedVersion, { ...recordedInfo, ...info }, { buildx: null, nowMs: 0 });

describe('a place', () => {
  it('that does not exist yet is measured at the nearest folder above it', async () => {
    const [models, output] = await observeDisk({
      places: { models: '~/a/b/c', output: dir },
      host: { ...linuxHost, home: dir },
    });
    const real = await statfs(dir);
    expect(models).toMatchObject({ place: 'models', path: join(dir, 'a/b/c'), writable: true });
    expect(models?.totalBytes).toBe(real.blocks * real.bsize);
    expect(models?.freeBytes).toBeLessThanOrEqual(models?.totalBytes ?? 0);
    expect(models?.filesystem).toBe(output?.filesystem);
  });

  it('on another filesystem has another id', async () => {
    const [temp, state] = await observeDisk({
      places: { temp: '/proc', state: dir },
      host: linuxHost,
    });
    expect(temp?.filesystem).not.toBe(state?.filesystem);
    expect(temp?.freeBytes).toBe(0);
  });

  it('in WSL is a file on C: its own size is not real', async () => {
    await fakeFile(dir, 'mnt/c/x', '');
    const [models] = await observeDisk({
      places: { models: join(dir, 'home') },
      host: { ...linuxHost, wslDistro: 'Ubuntu-24.04' },
      root: dir,
    });
    expect(models).toMatchObject({ filesystem: 'drive C:', drive: { name: 'C:' } });
    expect(models?.drive?.reportedFreeBytes).toBeGreaterThan(0);
  });
});

describe("the engine's place", () => {
  it('is measured where the engine is a process of this machine', async () => {
    const [fact] = await observeEngineDisk(engine({ DockerRootDir: dir }), { host: linuxHost });
    expect(fact).toMatchObject({ place: 'docker', path: dir });
    expect(fact?.totalBytes).toBeGreaterThan(0);
  });

  it.each([
    ['Desktop', engine({ OperatingSystem: 'Docker Desktop' })],
    ['remote', engine({}, { url: 'tcp://gpu-box:2375', context: null, remote: true })],
  ])('is unknown where it is not: %s', async (_name, state) => {
    const [fact] = await observeEngineDisk(state, { host: linuxHost });
    expect(fact).toMatchObject({ place: 'docker', freeBytes: null, filesystem: null });
  });
});

it('the nearest existing folder of / is /', async () => {
  expect(await nearestExisting('/')).toBe('/');
  expect(await nearestExisting('/nowhere-at-all/x')).toBe('/');
});

describe('what could be freed', () => {
  it('is cache that nothing uses, and images without a container', () => {
    expect(
      reclaimableOf({
        LayersSize: 100,
        Images: [
          { Size: 70, Containers: 0 },
          { Size: 60, Containers: 2 },
        ],
        BuildCache: [
          { Size: 5, InUse: false, Shared: false },
          { Size: 7, InUse: true, Shared: false },
          { Size: 9, InUse: false, Shared: true },
        ],
      }),
    ).toEqual({ cacheBytes: 5, cacheRecords: 1, imageBytes: 40, images: 1 });
  });

  it('is nothing where the engine has nothing', () => {
    const none = { cacheBytes: 0, cacheRecords: 0, imageBytes: 0, images: 0 };
    expect(reclaimableOf({ LayersSize: 0, Images: null, BuildCache: null })).toEqual(none);
  });
});
