import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addRange, gaps, Ledger, type Range, sumOf } from '../../../src/models/ranges.ts';

const SIZE = 40;
const someRange = fc
  .tuple(fc.nat(SIZE), fc.nat(SIZE))
  .map(([a, b]): Range => ({ start: Math.min(a, b), end: Math.max(a, b) }));
const cells = (ranges: readonly Range[]) =>
  Array.from({ length: SIZE }, (_, at) => ranges.some(({ start, end }) => start <= at && at < end));

describe('ranges', () => {
  test('adding keeps them sorted, apart, and true', () => {
    fc.assert(
      fc.property(fc.array(someRange), (added) => {
        const joined = added.reduce<Range[]>(addRange, []);
        expect(cells(joined)).toEqual(cells(added));
        for (let i = 1; i < joined.length; i += 1) {
          expect(joined[i]?.start).toBeGreaterThan(joined[i - 1]?.end ?? 0);
        }
      }),
    );
  });
  test('gaps are what is in none of them', () => {
    fc.assert(
      fc.property(fc.array(someRange), (added) => {
        const joined = added.reduce<Range[]>(addRange, []);
        const missing = gaps(joined, { start: 0, end: SIZE });
        expect(cells(missing)).toEqual(cells(joined).map((there) => !there));
        expect(sumOf(missing) + sumOf(joined)).toBe(SIZE);
      }),
    );
  });
});

describe('the ledger', () => {
  test('connections take the lowest missing bytes, never the same ones', () => {
    const ledger = new Ledger(100, [{ start: 10, end: 30 }]);
    const taken = [ledger.take(20), ledger.take(20), ledger.take(200), ledger.take(1)];
    expect(taken.map((claim) => claim && [claim.start, claim.end])).toEqual([
      [0, 10],
      [30, 50],
      [50, 100],
      null,
    ]);
  });
  test('what a broken connection did not bring is taken again', () => {
    const ledger = new Ledger(100);
    const claim = ledger.take(100);
    if (!claim) throw new Error('nothing to take');
    ledger.wrote({ start: 0, end: 40 }, claim);
    ledger.give(claim);
    expect(ledger.frontier).toBe(40);
    expect(ledger.take(100)).toMatchObject({ start: 40, end: 100 });
  });
  test('an idle connection helps with half of what the slowest has left', () => {
    const ledger = new Ledger(100);
    const slow = ledger.take(100);
    if (!slow) throw new Error('nothing to take');
    ledger.wrote({ start: 0, end: 20 }, slow);
    expect(ledger.split(10)).toMatchObject({ start: 60, end: 100 });
    expect(slow.end).toBe(60);
    expect(ledger.split(50)).toBeNull();
  });
  test('the frontier is 0 until the first byte is there', () => {
    const ledger = new Ledger(10, [{ start: 5, end: 10 }]);
    expect(ledger.frontier).toBe(0);
    expect(ledger.complete).toBe(false);
  });
  test('an empty file is complete', () => {
    expect(new Ledger(0).complete).toBe(true);
  });
});
