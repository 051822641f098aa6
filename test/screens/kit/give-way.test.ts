import fc from 'fast-check';
import { expect, test } from 'vitest';
import { giveWay } from '../../../screens/kit/give-way.ts';

const part = fc
  .record({
    wanted: fc.nat(30),
    least: fc.nat(5),
    importance: fc.nat(9),
  })
  .map(({ wanted, least, importance }) => ({ wanted, least: Math.min(least, wanted), importance }));

test('together the parts never have more rows than there are, nor more than they want', () => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 10 }), fc.nat(60), (parts, rows) => {
      const given = giveWay(parts, rows);
      expect(given.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(rows);
      for (const [index, count] of given.entries()) {
        expect(count).toBeGreaterThanOrEqual(0);
        expect(count).toBeLessThanOrEqual(parts[index]?.wanted ?? 0);
      }
    }),
  );
});

test('all get what they want when there is room', () => {
  const parts = [
    { wanted: 3, least: 1, importance: 1 },
    { wanted: 4, least: 1, importance: 2 },
  ];
  expect(giveWay(parts, 7)).toEqual([3, 4]);
});

test('the unimportant part shrinks first, then goes', () => {
  const parts = [
    { wanted: 5, least: 2, importance: 1 },
    { wanted: 4, least: 3, importance: 2 },
  ];
  expect(giveWay(parts, 7)).toEqual([3, 4]);
  expect(giveWay(parts, 5)).toEqual([2, 3]);
  expect(giveWay(parts, 4)).toEqual([0, 4]);
});
