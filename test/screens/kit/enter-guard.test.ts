import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEAD_MS, EnterGuard, REPEAT_MS } from '../../../screens/kit/enter-guard.ts';

/** Presses at these times; true when one of them would start something. */
function starts(times: readonly number[]): boolean {
  const guard = new EnterGuard(0);
  let started = false;
  for (const [index, time] of times.entries()) {
    const next = times[index + 1] ?? Number.POSITIVE_INFINITY;
    if (guard.press(time) === 'wait' && next > time + REPEAT_MS) {
      started ||= guard.settled(time + REPEAT_MS);
    }
  }
  return started;
}

test('a held key never starts, whatever the delay and rate of its repeat', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2000 }),
      fc.integer({ min: 8, max: 140 }),
      (delay, every) => {
        const held = Array.from({ length: 60 }, (_, i) => delay + i * every);
        // Still held at the end: nothing tells yet whether the last one was the last.
        expect(starts([...held, (held.at(-1) ?? 0) + every])).toBe(
          // Let go at last: the last repeat follows another too closely to be a press.
          false,
        );
      },
    ),
  );
});

test('a press after the page was read starts', () => {
  expect(starts([DEAD_MS + 1])).toBe(true);
  expect(starts([100, 5_000])).toBe(true);
});

test('a press in the dead time does not', () => {
  expect(starts([0])).toBe(false);
  expect(starts([DEAD_MS - 1])).toBe(false);
});
