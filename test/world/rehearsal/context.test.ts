import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { assembleRehearsalContext } from '../../../src/recipe/rehearsal-context.ts';

const ownArch = process.arch === 'x64' ? 'amd64' : process.arch;
const otherArch = process.arch === 'x64' ? 'arm64' : 'amd64';
let folder: string;
let serverBundle: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sd-context-'));
  serverBundle = join(folder, 'server.js');
  await writeFile(serverBundle, 'console.log("one")');
});
afterEach(() => rm(folder, { recursive: true }));

const assemble = (engineArch: string, engineOs = 'linux', more = {}) =>
  assembleRehearsalContext({
    ...{ destination: join(folder, 'context'), engineArch, engineOs, serverBundle, ...more },
  });

it.runIf(process.platform === 'linux')('takes this machine’s Node with its loader', async () => {
  const { dir, dockerfile, node } = await assemble(ownArch);
  expect(node).toBe('own');
  expect(await readFile(dockerfile, 'utf8')).toContain('FROM scratch');
  const binary = await stat(join(dir, 'rootfs/usr/bin/node'));
  expect(binary.size).toBe((await stat(process.execPath)).size);
  const files = await readdir(join(dir, 'rootfs'), { recursive: true });
  expect(files.some((file) => /(^|\/)ld[-.][^/]*so/.test(file))).toBe(true);
  expect(files.some((file) => file.startsWith('usr/lib/rehearsal/libc'))).toBe(true);
  expect(files.some((file) => file.includes('vdso'))).toBe(false);
});

it('is put together once, and again when a part has changed or is gone', async () => {
  const inode = async () => (await stat((await assemble(ownArch)).dockerfile)).ino;
  const first = await inode();
  expect(await inode()).toBe(first);
  await writeFile(serverBundle, 'console.log("two")');
  const { dir } = await assemble(ownArch);
  expect(await readFile(join(dir, 'app/server.js'), 'utf8')).toContain('two');
  await rm(join(dir, 'app/server.js'));
  await assemble(ownArch);
  expect(await readFile(join(dir, 'app/server.js'), 'utf8')).toContain('two');
  expect((await readdir(folder)).sort()).toEqual(['context', 'context.stamp', 'server.js']);
});

it.each([
  [otherArch, 'linux'],
  ['amd64', 'windows'],
])('takes node:24-slim for an engine of %s on %s', async (arch, os) => {
  const { dir, dockerfile, node } = await assemble(arch, os);
  expect(node).toBe('node-slim');
  expect(await readFile(dockerfile, 'utf8')).toContain('node:24-slim');
  expect((await readdir(dir)).sort()).toEqual(['Dockerfile', 'app']);
});

it('names a part that is missing and leaves nothing behind', async () => {
  const serverBundle = join(folder, 'absent.js');
  await expect(assemble(ownArch, 'linux', { serverBundle })).rejects.toMatchObject({
    code: 'rehearsal-part-missing',
    message: `The rehearsal needs ${serverBundle}, which is not there.`,
  });
  expect(await readdir(folder)).toEqual(['server.js']);
});
