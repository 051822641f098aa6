import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startHashing } from '../../../src/models/hashing.ts';
import { HashingHere } from '../../../src/models/hashing-here.ts';

const content = Buffer.alloc(3_500_000, 'steadydancer');
const right = createHash('sha256').update(content).digest('hex');
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sd-hash-'));
  path = join(folder, 'x.part');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  ['in a thread', (bytes: number) => startHashing(path, bytes)],
  ['where the program is one file', (bytes: number) => startHashing(path, bytes, null)],
])('%s', (_, start) => {
  test('a file that grows is hashed as far as it is complete', async () => {
    writeFileSync(path, content.subarray(0, 2_000_000));
    const hashing = start(content.length);
    hashing.completeTo(1_500_000);
    await expect.poll(() => hashing.hashedBytes).toBe(1_500_000);
    appendFileSync(path, content.subarray(2_000_000));
    hashing.completeTo(content.length);
    expect(await hashing.sha256).toBe(right);
    await hashing.stop();
  });

  test('it stops while it waits, and says so', async () => {
    writeFileSync(path, content);
    const hashing = start(content.length);
    hashing.completeTo(1);
    await expect.poll(() => hashing.hashedBytes).toBe(1);
    await hashing.stop();
    await expect(hashing.sha256).rejects.toThrow(/stopped|ended early/);
  });

  test('a file that is shorter than it should be is no hash', async () => {
    writeFileSync(path, content.subarray(0, 10));
    const hashing = start(content.length);
    hashing.completeTo(content.length);
    await expect(hashing.sha256).rejects.toThrow(/ends at byte 10/);
    await hashing.stop();
  });

  test('a file that is not there has the error of the file system', async () => {
    const hashing = start(10);
    hashing.completeTo(10);
    await expect(hashing.sha256).rejects.toMatchObject({ code: 'ENOENT' });
    await hashing.stop();
  });
});

test('without a file for the thread there is none', () => {
  writeFileSync(path, content);
  const hashing = startHashing(path, 1, null);
  expect(hashing).toBeInstanceOf(HashingHere);
  return hashing.stop();
});
