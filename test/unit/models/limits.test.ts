import { describe, expect, test } from 'vitest';
import { BlockSize } from '../../../src/models/block-size.ts';
import { modelsFailure } from '../../../src/models/failures.ts';
import { Gate } from '../../../src/models/gate.ts';
import { Patience } from '../../../src/models/patience.ts';
import { Throttle } from '../../../src/models/throttle.ts';

const never = new AbortController().signal;
const waits = async (promise: Promise<unknown>) =>
  (await Promise.race([promise.then(() => 'in'), Promise.resolve().then(() => 'waits')])) ===
  'waits';

describe('connections', () => {
  test('to one host, and in all', async () => {
    const gate = new Gate(2, 3);
    const release = await gate.acquire('a', never);
    await gate.acquire('a', never);
    const third = gate.acquire('a', never);
    expect(await waits(third)).toBe(true);
    await gate.acquire('b', never);
    const inAll = gate.acquire('c', never);
    expect(await waits(inAll)).toBe(true);
    release();
    await third;
    expect(await waits(inAll)).toBe(true);
  });
  test('a host that complains gets half, and after twenty good parts one more', async () => {
    const gate = new Gate(8, 16);
    for (let i = 0; i < 8; i += 1) await gate.acquire('a', never);
    gate.slower('a');
    expect(gate.limitOf('a')).toBe(4);
    gate.slower('a');
    gate.slower('a');
    gate.slower('a');
    expect(gate.limitOf('a')).toBe(1);
    for (let i = 0; i < 20; i += 1) gate.good('a');
    expect(gate.limitOf('a')).toBe(2);
  });
  test('whoever stops waiting leaves the queue', async () => {
    const gate = new Gate(1, 1);
    const release = await gate.acquire('a', never);
    const stop = new AbortController();
    const waiting = gate.acquire('a', stop.signal);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    release();
    await gate.acquire('a', never);
  });
});

describe('patience', () => {
  const failure = modelsFailure('models-network', 'The connection breaks.');
  const limits = { backoffMs: 100, backoffMaxMs: 1000, patience: 6 };
  const setback = { failure, startedMs: 0, afterMs: null, patient: true };
  test('doubles the wait, with jitter, up to a limit', () => {
    let now = 0;
    const patience = new Patience(
      limits,
      () => now,
      () => 1,
    );
    const seen = [1, 2, 3, 4, 5].map((startedMs) => {
      now = startedMs;
      return patience.after({ ...setback, startedMs });
    });
    expect(seen).toEqual([100, 200, 400, 800, 1000]);
    now = 6;
    expect(() => patience.after({ ...setback, startedMs: 6 })).toThrow(failure);
  });
  test('eight connections that break together are one failure', () => {
    const patience = new Patience(
      limits,
      () => 50,
      () => 1,
    );
    for (let i = 0; i < 8; i += 1) expect(patience.after(setback)).toBe(100);
  });
  test('a new byte gives it back', () => {
    let now = 0;
    const patience = new Patience(
      limits,
      () => now,
      () => 0,
    );
    for (let i = 0; i < 50; i += 1) {
      now += 10;
      expect(patience.after({ ...setback, startedMs: now })).toBe(50);
      patience.progress();
    }
  });
  test('what the server asks for is honoured', () => {
    const patience = new Patience(
      limits,
      () => 0,
      () => 0,
    );
    expect(patience.after({ ...setback, afterMs: 7000 })).toBe(7000);
  });
  test('an answer that waiting does not cure is asked for four times only', () => {
    const patience = new Patience(limits, () => 0);
    const impatient = { ...setback, patient: false };
    for (let i = 0; i < 3; i += 1) patience.after(impatient);
    expect(() => patience.after(impatient)).toThrow(failure);
  });
});

test('the rate limit is one for all connections', () => {
  let now = 0;
  const throttle = new Throttle(1000, () => now);
  expect(throttle.waitAfter(500)).toBe(500);
  expect(throttle.waitAfter(500)).toBe(1000);
  now = 5000;
  expect(throttle.waitAfter(100)).toBe(100);
  expect(new Throttle(null, () => now).waitAfter(1e9)).toBe(0);
});

test('far and fast hosts get large blocks, near ones small blocks, small files even parts', () => {
  const far = new BlockSize(16e9, 8, 1e6);
  const near = new BlockSize(16e9, 8, 1e6);
  for (let i = 0; i < 20; i += 1) {
    far.seen(far.bytes, far.bytes / 20e3 + 150, 150);
    near.seen(near.bytes, near.bytes / 20e3 + 1, 1);
  }
  expect(far.bytes).toBeGreaterThan(60e6);
  expect(near.bytes).toBe(8 * 1024 * 1024);
  expect(new BlockSize(800, 8, 10).bytes).toBe(100);
});
