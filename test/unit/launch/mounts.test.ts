import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareMounts } from '../../../src/launch/mounts.ts';

const isRoot = process.getuid?.() === 0;
const owner = isRoot
  ? { uid: 4321, gid: 4322 }
  : { uid: process.getuid?.() ?? null, gid: process.getgid?.() ?? null };

describe('prepareMounts of folders', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sd-mounts-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const prepare = (source: string, readOnly = false) =>
    prepareMounts([{ kind: 'folder', source, target: '/output', readOnly }], {
      owner,
      // Folders need no engine; volumes are tested on one.
      docker: null as never,
      profile: null,
    });

  it('makes every missing folder as the person, and nothing twice', async () => {
    const deep = join(folder, 'a', 'b', 'c');
    expect(await prepare(deep)).toEqual([deep, join(folder, 'a', 'b'), join(folder, 'a')]);
    for (const made of [deep, join(folder, 'a')]) {
      const { uid, gid } = await stat(made);
      expect({ uid, gid }).toEqual(owner);
    }
    expect(await prepare(deep)).toEqual([]);
  });

  it('leaves a folder that is there as it is, and refuses one that cannot be written', async () => {
    const there = join(folder, 'there');
    await mkdir(there);
    await chmod(there, 0o555);
    await expect(prepare(there)).rejects.toMatchObject({ code: 'mount-denied' });
    expect(await prepare(there, true)).toEqual([]);
    expect((await stat(there)).mode & 0o777).toBe(0o555);
  });

  it('refuses a file', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(prepare(file)).rejects.toMatchObject({
      code: 'mount-denied',
      message: `The folder ${file} cannot be given to the container.`,
    });
  });
});
