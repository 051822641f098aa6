import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sha256Of } from '../../src/models/hashing.ts';
import { PartFile } from '../../src/models/part-file.ts';
import { placeOf } from '../../src/models/place.ts';
import { hubFile } from './hub/hub.ts';
import { hubWith, pullFrom, REPO, scratch, wantedOf } from './hub/pulling.ts';
import { bytesOf } from './hub/random.ts';

const file = hubFile(REPO, 'big.bin', bytesOf(51, 24_000_000));

/** Bytes that read calls gave this process, sockets among them (proc(5), /proc/pid/io). */
function readBytes(): number {
  return Number(/^rchar: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
}

test.runIf(existsSync('/proc/self/io'))(
  'what came in order is read once, while it comes, and not again at the end',
  async () => {
    const hub = await hubWith({ files: [file] });
    const folder = scratch();
    // The modules that a first download loads are no part of it.
    await sha256Of(new URL(import.meta.url).pathname, 10, new AbortController().signal);
    const before = readBytes();
    expect((await pullFrom(hub, folder, [wantedOf(file)])).failure).toBeNull();
    const read = readBytes() - before;
    // Once from the network, once for the hash.
    expect(read).toBeGreaterThan(1.9 * file.size);
    expect(read).toBeLessThan(2.5 * file.size);
  },
);

test('the hash follows what is written: at the end there is little left to do', async () => {
  const place = await placeOf(scratch(), 'big.bin');
  const identity = { bytes: file.size, sha256: file.sha256, etag: null, commit: null };
  const part = PartFile.open(place, identity, null);
  const step = 4_000_000;
  for (let at = 0; at < file.size; at += step) {
    const claim = part.ledger.take(step);
    if (!claim) throw new Error('nothing to claim');
    await part.write([file.read(at, at + step)], at);
    part.ledger.wrote({ start: at, end: at + step }, claim);
    part.wrote(step);
    part.ledger.give(claim);
    const done = at + step;
    await expect.poll(() => part.hashedBytes, { timeout: 20_000 }).toBe(done);
  }
  expect(await part.finish()).toBe(file.sha256);
  await part.close();
});
