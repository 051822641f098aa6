import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bytesInPart, PartState } from '../../../src/models/part-state.ts';

const identity = { bytes: 100, sha256: 'a'.repeat(64), etag: '"e"', commit: 'c' };
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sd-state-'));
  path = join(folder, 'x.part.state');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const noted = (boot: string | null, identityNow = identity) => {
  const { state, done } = PartState.open(path, identityNow, boot);
  state.close();
  return done;
};
const note = (boot: string | null, ...ends: number[]) => {
  const { state } = PartState.open(path, identity, boot);
  for (const end of ends) state.save([{ start: 0, end }], [{ start: 0, end: end - 5 }]);
  state.close();
};

test('the last note counts, within one boot', () => {
  note('boot', 10, 20, 30);
  expect(noted('boot')).toEqual([{ start: 0, end: 30 }]);
  expect(bytesInPart(path)).toBe(30);
});
test('after another boot only what was on the disk counts', () => {
  note('boot', 30);
  expect(noted('later')).toEqual([{ start: 0, end: 25 }]);
  expect(noted(null)).toEqual([{ start: 0, end: 25 }]);
});
test('a torn note leaves the one before', () => {
  note('boot', 10, 20);
  const fd = openSync(path, 'r+');
  const text = readFileSync(path, 'latin1');
  writeSync(fd, '####', text.lastIndexOf('"written":[[0,20]]') + 3);
  closeSync(fd);
  expect(noted('boot')).toEqual([{ start: 0, end: 10 }]);
});
test('another version of the file has nothing yet', () => {
  note('boot', 30);
  expect(noted('boot', { ...identity, sha256: 'b'.repeat(64) })).toBeNull();
  expect(noted('boot', { ...identity, bytes: 101 })).toBeNull();
});
test('without a hash the ETag tells versions apart', () => {
  const plain = { ...identity, sha256: null } as unknown as typeof identity;
  const { state } = PartState.open(path, plain, 'boot');
  state.save([{ start: 0, end: 7 }], []);
  state.close();
  expect(noted('boot', plain)).toEqual([{ start: 0, end: 7 }]);
  expect(noted('boot', { ...plain, etag: '"other"' })).toBeNull();
});
test('rubbish is nothing', () => {
  writeFileSync(path, 'x'.repeat(20_000));
  expect(noted('boot')).toBeNull();
  expect(bytesInPart(join(folder, 'none'))).toBe(0);
});
test('a link in its place is not followed', () => {
  symlinkSync(join(folder, 'victim'), path);
  expect(() => PartState.open(path, identity, 'boot')).toThrow(/ELOOP/);
});
