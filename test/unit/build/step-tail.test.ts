import { expect, it } from 'vitest';
import { StepTail } from '../../../src/build/step-tail.ts';

it('the last lines of both streams, in their order, whole and sanitised', () => {
  const tail = new StepTail(1_000);
  tail.push(1, Buffer.from('one\nhalf '));
  tail.push(2, Buffer.from('\x1b]0;title\x07error\n'));
  tail.push(1, Buffer.from('a line\n10%\r100%'));
  expect(tail.lines(10)).toEqual(['one', 'error', 'half a line', '100%']);
  expect(tail.lines(2)).toEqual(['half a line', '100%']);
  // Asking changes nothing.
  expect(tail.lines(1)).toEqual(['100%']);
});

it('keeps no more than twice its bound, and what is left begins with a whole line', () => {
  const tail = new StepTail(1_000);
  for (let at = 0; at < 10_000; at += 1) tail.push(1, Buffer.from(`line ${at}\n`));
  const lines = tail.lines(10_000);
  expect(lines.at(-1)).toBe('line 9999');
  expect(lines.length).toBeLessThan(250);
  expect(lines.every((line) => /^line \d+$/.test(line))).toBe(true);
});

it('one line of a megabyte is not kept for ever', () => {
  const tail = new StepTail(1_000);
  tail.push(1, Buffer.from(`${'x'.repeat(1e6)}\nlast\n`));
  expect(tail.lines(10)).toEqual(['last']);
});
