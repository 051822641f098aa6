import { describe, expect, test } from 'vitest';
import { runSchedule } from './hub/fault-run.ts';

describe('a network that does what it wants', () => {
  const seeds = Array.from({ length: 50 }, (_, n) => n + 1);
  test.each(seeds)('schedule %i ends in the right file or in a named error', async (seed) => {
    const { problems } = await runSchedule(seed);
    expect(problems).toEqual([]);
  });
});
