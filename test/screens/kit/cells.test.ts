import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cells, cut, fill, wrapWords } from '../../../screens/kit/cells.ts';

const text = fc.string({ unit: fc.constantFrom('a', ' ', '中', 'é', '👩‍🔬', '-', 'W') });

test('a cut text never takes more cells than it may', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 40 }), (value, width) => {
      expect(cells(cut(value, width))).toBeLessThanOrEqual(width);
    }),
  );
});

test('a filled text takes exactly its cells', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 2, max: 40 }), (value, width) => {
      expect(cells(fill(value, width))).toBe(width);
      expect(cells(fill(value, width, 'right'))).toBe(width);
    }),
  );
});

test('wrapped lines fit and lose no word', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 2, max: 40 }), (value, width) => {
      const lines = wrapWords(value, width);
      for (const line of lines) expect(cells(line)).toBeLessThanOrEqual(width);
      expect(lines.join('').replaceAll(' ', '')).toBe(value.replaceAll(' ', ''));
    }),
  );
});

test('Chinese takes two cells a sign', () => {
  expect(cells('磁盘')).toBe(4);
  expect(fill('磁盘', 6)).toBe('磁盘  ');
});
