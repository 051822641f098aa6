import { describe, expect, test } from 'vitest';
import { foundIn, scrolled, windowTop } from '../../../screens/panes/log-search.ts';
import { LogTail } from '../../../screens/panes/log-tail.ts';

describe('the tail of a log', () => {
  test('is bounded, and a line keeps its number', () => {
    const tail = new LogTail();
    for (let at = 0; at < 10_000; at += 1) tail.push({ vertex: 'v', text: `line ${at}` }, null);
    const { first, lines } = tail.of('v');
    expect(lines.length).toBeLessThanOrEqual(4_000);
    expect(lines.length).toBeGreaterThanOrEqual(2_000);
    expect(lines[0]).toBe(`line ${first}`);
    expect(lines.at(-1)).toBe('line 9999');
  });

  test('knows the lines of all steps in the order in which they came, with their stage', () => {
    const tail = new LogTail();
    tail.push({ vertex: 'a', text: 'one' }, 'base');
    tail.push({ vertex: 'b', text: 'two' }, 'python');
    tail.push({ vertex: 'a', text: 'three' }, null);
    expect(tail.all.lines).toEqual(['base: one', 'python: two', 'three']);
    expect(tail.of('a').lines).toEqual(['one', 'three']);
    expect(tail.steps).toEqual(['a', 'b']);
  });
});

describe('a window of it', () => {
  const log = { first: 50, lines: Array.from({ length: 100 }, (_, at) => `l${50 + at}`) };

  test('follows, stays where it was put, and is never before what is kept', () => {
    expect(windowTop(log, 10, null)).toBe(140);
    expect(windowTop(log, 10, 60)).toBe(60);
    expect(windowTop(log, 10, 3)).toBe(50);
    expect(scrolled(log, 10, null, -1)).toBe(139);
    expect(scrolled(log, 10, 139, 1)).toBeNull();
  });

  test('case counts only where the query has a capital', () => {
    const mixed = { first: 0, lines: ['ERROR: x', 'error: y', 'fine'] };
    expect(foundIn(mixed, 'error')).toEqual([0, 1]);
    expect(foundIn(mixed, 'ERROR')).toEqual([0]);
    expect(foundIn(mixed, '')).toEqual([]);
  });
});
