import { expect, test } from 'vitest';
import { runSchedule } from './hub/fault-run.ts';

test('500 schedules: no wrong byte under a final name, every failure has a name', async () => {
  const bad: string[] = [];
  const ends = new Map<string, number>();
  for (let seed = 1001; seed <= 1500; seed += 1) {
    const { problems, ending } = await runSchedule(seed);
    ends.set(ending, (ends.get(ending) ?? 0) + 1);
    bad.push(...problems.map((problem) => `${seed}: ${problem}`));
  }
  expect(bad).toEqual([]);
  // A schedule that always fails, or never, would prove nothing.
  expect(ends.get('done')).toBeGreaterThan(200);
  expect(ends.size).toBeGreaterThan(5);
}, 480_000);
