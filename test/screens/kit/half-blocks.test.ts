import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { colourDepth } from '../../../screens/kit/colour-depth.ts';
import { fittingCells, halfBlocks } from '../../../screens/kit/half-blocks.ts';

/** One pixel above another. */
const two = (upper: number[], lower: number[]) => ({
  width: 1,
  height: 2,
  rgba: Uint8Array.from([...upper, 255, ...lower, 255]),
});

describe('half blocks', () => {
  test('a cell has the colour of the pixel above before that of the one below', () => {
    const picture = two([255, 0, 0], [0, 0, 255]);
    expect(halfBlocks(picture, { columns: 1, rows: 1 }, 24)).toEqual([
      '\x1b[38;2;255;0;0;48;2;0;0;255m▀\x1b[0m',
    ]);
  });

  test('of 256 colours the nearest is taken, greys from their own row', () => {
    const picture = two([255, 0, 0], [128, 128, 128]);
    expect(halfBlocks(picture, { columns: 1, rows: 1 }, 8)).toEqual([
      '\x1b[38;5;196;48;5;244m▀\x1b[0m',
    ]);
  });

  test('smaller than the picture a cell has the mean of what it covers; transparent is dark', () => {
    const rgba = Uint8Array.from([200, 0, 0, 255, 100, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0, 0]);
    const [row] = halfBlocks({ width: 2, height: 2, rgba }, { columns: 1, rows: 1 }, 24);
    expect(row).toBe('\x1b[38;2;150;0;0;48;2;0;0;0m▀\x1b[0m');
  });

  test('any picture fits into any room with its sides in proportion', () => {
    const side = fc.integer({ min: 1, max: 2_000 });
    const cells = fc.integer({ min: 8, max: 120 });
    fc.assert(
      fc.property(side, side, cells, cells, (width, height, columns, rows) => {
        const fit = fittingCells({ width, height }, { columns, rows });
        expect(fit.columns).toBeLessThanOrEqual(columns);
        expect(fit.rows).toBeLessThanOrEqual(rows);
        // One side is filled, to the rounding of the other.
        expect(fit.columns === columns || fit.rows === rows).toBe(true);
      }),
    );
  });
});

describe('how many colours a terminal has', () => {
  const said: [NodeJS.ProcessEnv, number][] = [
    [{ TERM: 'xterm-256color', COLORTERM: 'truecolor' }, 24],
    [{ TERM: 'xterm-kitty' }, 24],
    [{ TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app' }, 24],
    [{ TERM: 'xterm-256color', WT_SESSION: '1' }, 24],
    [{ TERM: 'screen-256color' }, 8],
    [{ TERM: 'xterm' }, 4],
    [{ TERM: 'linux', COLORTERM: 'truecolor' }, 4],
    [{ TERM: 'dumb' }, 0],
    [{ TERM: 'xterm-256color', COLORTERM: 'truecolor', NO_COLOR: '1' }, 0],
  ];
  test.each(said)('%o: %i bits', (env, depth) => {
    expect(colourDepth(env)).toBe(depth);
  });
});
