import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { makeFolder } from '../../../src/ports/make-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'sd-folder-'));
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('makes a folder with those above it, and minds none that is there', () => {
  const deep = join(root, 'a', 'b', 'c');
  makeFolder(deep);
  makeFolder(deep);
  expect(statSync(deep).mode & 0o777).toBe(0o700);
});

it('says so where a file is in the way', () => {
  makeFolder(root);
  writeFileSync(join(root, 'file'), '');
  expect(() => makeFolder(join(root, 'file', 'x'))).toThrow(/ENOTDIR/);
});

it.runIf(process.platform === 'linux')('ends where no folder can ever be made', () => {
  expect(() => makeFolder('/proc/no-such-process/x/y')).toThrow(/ENOENT/);
});
