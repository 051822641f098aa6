import { expect, test } from 'vitest';
import { runSchedule } from './hub/fault-run.ts';

/** Most of a schedule is waiting: for a connection that stalls, or until one may ask again. */
const AT_ONCE = 4;

test('500 schedules: no wrong byte under a final name, every failure has a name', async () => {
  const bad: string[] = [];
  const ends = new Map<string, number>();
  const seeds = Array.from({ length: 500 }, (_, n) => 1001 + n);
  const worker = async () => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      const { problems, ending } = await runSchedule(seed);
      ends.set(ending, (ends.get(ending) ?? 0) + 1);
      bad.push(...problems.map((problem) => `${seed}: ${problem}`));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  expect(bad).toEqual([]);
  expect([...ends.values()].reduce((sum, count) => sum + count, 0)).toBe(500);
  // A schedule that always fails, or never, would prove nothing.
  expect(ends.get('done')).toBeGreaterThan(200);
  expect(ends.size).toBeGreaterThan(5);
}, 900_000);
