import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockFile } from '../../../src/models/file-lock.ts';
import type { Clock } from '../../../src/ports/clock.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sd-lock-'));
  path = join(folder, 'x.part.lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Time that passes only when somebody sleeps. */
function fakeClock(): Clock & { sleeps: number } {
  let ms = 0;
  const clock = {
    sleeps: 0,
    now: () => new Date(ms),
    monotonicMs: () => ms,
    sleep: async (wait: number, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      clock.sleeps += 1;
      ms += wait;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  return clock;
}
const never = new AbortController().signal;

test('the second waits until the first has finished', async () => {
  const first = await lockFile(path, fakeClock(), never);
  let waits = 0;
  const second = lockFile(path, fakeClock(), never, () => {
    waits += 1;
    if (waits === 3) void first.release();
  });
  await (await second).release();
  // Releasing takes a moment in which the second may look once more.
  expect(waits).toBeGreaterThanOrEqual(3);
  expect(existsSync(path)).toBe(false);
});

test('the lock of a process that was killed is taken over at once', async () => {
  const owner = spawnSync(process.execPath, ['-e', '']);
  await (await lockFile(path, fakeClock(), never)).release();
  const mine = await lockFile(path, fakeClock(), never);
  const dead = { ...JSON.parse(readFileSync(path, 'utf8')), pid: owner.pid };
  writeFileSync(path, JSON.stringify(dead));
  const clock = fakeClock();
  const taken = await lockFile(path, clock, never);
  expect(clock.sleeps).toBe(0);
  expect(JSON.parse(readFileSync(path, 'utf8')).pid).toBe(process.pid);
  await taken.release();
  await mine.release();
});

test('the lock of another machine is taken over only when its heartbeat has stopped', async () => {
  writeFileSync(path, JSON.stringify({ pid: 1, startedAt: null, where: 'elsewhere' }));
  const clock = fakeClock();
  await (await lockFile(path, clock, never)).release();
  expect(clock.monotonicMs()).toBeGreaterThan(60_000);
});

test('waiting can be stopped', async () => {
  const held = await lockFile(path, fakeClock(), never);
  const stop = new AbortController();
  const waiting = lockFile(path, fakeClock(), stop.signal, () => stop.abort(new Error('enough')));
  await expect(waiting).rejects.toThrow('enough');
  await held.release();
});
