import { chmod, cp, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contextHash, packContext, readContext } from '../../../src/build/build-context.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sd-context-'));
  await mkdir(join(dir, 'sub/deep'), { recursive: true });
  await writeFile(join(dir, 'Dockerfile'), 'FROM scratch\n');
  await writeFile(join(dir, 'a.txt'), 'hello');
  await writeFile(join(dir, 'empty'), '');
  await writeFile(join(dir, 'sub/run.sh'), 'echo');
  await chmod(join(dir, 'sub/run.sh'), 0o700);
  await writeFile(join(dir, 'sub/deep/keep.md'), 'keep');
  await symlink('a.txt', join(dir, 'link'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const file = () => join(dir, 'Dockerfile');

async function unpacked(context: Awaited<ReturnType<typeof readContext>>) {
  const entries: Record<string, { type: string; mode: string; owner: number; body: string }> = {};
  const tar = extract();
  packContext(context).pipe(tar);
  for await (const entry of tar) {
    const { name, type, mode, uid, linkname } = entry.header;
    entries[name] = {
      type: type ?? '',
      mode: (mode ?? 0).toString(8),
      owner: uid ?? -1,
      body: type === 'symlink' ? (linkname ?? '') : await text(entry),
    };
  }
  return entries;
}

describe('a build context', () => {
  it('is sent as it is, with owner and modes that do not depend on the checkout', async () => {
    const context = await readContext(dir, file());
    expect(context.bytes).toBe('FROM scratch\n'.length + 5 + 4 + 4);
    expect(await unpacked(context)).toMatchObject({
      Dockerfile: { type: 'file', mode: '644', owner: 0 },
      'a.txt': { body: 'hello' },
      empty: { type: 'file', body: '' },
      link: { type: 'symlink', body: 'a.txt' },
      sub: { type: 'directory', mode: '755' },
      'sub/run.sh': { mode: '755', body: 'echo' },
      'sub/deep/keep.md': { body: 'keep' },
    });
  });

  it('leaves out what .dockerignore names, and keeps its exceptions', async () => {
    await writeFile(join(dir, '.dockerignore'), '# all of it\nsub\n!sub/deep/*.md\n*.txt\n');
    const paths = (await readContext(dir, file())).entries.map((entry) => entry.path);
    expect(paths).toEqual([
      '.dockerignore',
      'Dockerfile',
      'empty',
      'link',
      'sub',
      'sub/deep',
      'sub/deep/keep.md',
    ]);
  });

  it("prefers the Dockerfile's own ignore file", async () => {
    await writeFile(join(dir, '.dockerignore'), '*\n');
    await writeFile(join(dir, 'Dockerfile.dockerignore'), 'sub\nlink\n');
    const paths = (await readContext(dir, file())).entries.map((entry) => entry.path);
    expect(paths).toContain('a.txt');
    expect(paths).not.toContain('sub');
  });

  it('sends the Dockerfile also when it is ignored or lies outside', async () => {
    await writeFile(join(dir, '.dockerignore'), '*\n');
    const ignored = await readContext(dir, file());
    expect(ignored.dockerfileInTar).toBe('Dockerfile');
    expect(Object.keys(await unpacked(ignored))).toEqual(['Dockerfile']);
    const outside = await readContext(join(dir, 'sub'), file());
    expect((await unpacked(outside))[outside.dockerfileInTar]?.body).toBe('FROM scratch\n');
  });

  it('names what is missing', async () => {
    const code = (promise: Promise<unknown>) =>
      promise.then(
        () => '',
        (error) => error.code,
      );
    expect(await code(readContext(join(dir, 'no'), file()))).toBe('build-context-missing');
    expect(await code(readContext(file(), file()))).toBe('build-context-missing');
    expect(await code(readContext(dir, join(dir, 'no')))).toBe('build-dockerfile-missing');
  });

  it('stops reading when the stream is destroyed', async () => {
    await writeFile(join(dir, 'big'), Buffer.alloc(8 * 1024 * 1024));
    const tar = packContext(await readContext(dir, file()));
    const closed = new Promise((resolve) => tar.once('close', resolve));
    tar.once('error', () => undefined);
    tar.once('data', () => tar.destroy(new Error('stop')));
    await closed;
    expect(tar.destroyed).toBe(true);
  });
});

describe('contextHash', () => {
  const hash = async () => (await contextHash(dir, file())).hash;

  it('is the same for the same content in another place and at another time', async () => {
    const first = await contextHash(dir, file());
    const copy = await mkdtemp(join(tmpdir(), 'sd-context-copy-'));
    await cp(dir, copy, { recursive: true, verbatimSymlinks: true });
    await utimes(join(copy, 'a.txt'), 1, 1);
    await chmod(join(copy, 'a.txt'), 0o600);
    expect(await contextHash(copy, join(copy, 'Dockerfile'))).toEqual(first);
    await rm(copy, { recursive: true });
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a byte', () => writeFile(join(dir, 'a.txt'), 'hellO')],
    ['the executable bit', () => chmod(join(dir, 'a.txt'), 0o755)],
    ['a new file', () => writeFile(join(dir, 'new'), '')],
    ['a link', () => rm(join(dir, 'link')).then(() => symlink('empty', join(dir, 'link')))],
    ['the Dockerfile', () => writeFile(file(), 'FROM scratch\n\n')],
  ])('changes with %s', async (_what, change) => {
    const before = await hash();
    await change();
    expect(await hash()).not.toBe(before);
  });

  it('does not change with what is ignored', async () => {
    await writeFile(join(dir, '.dockerignore'), 'a.txt\n');
    const before = await hash();
    await writeFile(join(dir, 'a.txt'), 'other');
    expect(await hash()).toBe(before);
  });
});
