import { expect, test } from 'vitest';
import { saveFromTwo } from './two-processes.ts';

test('two processes saving 1,000 profiles each lose none', { timeout: 300_000 }, async () => {
  const { list, files } = await saveFromTwo(1000);
  expect(list.problems).toEqual([]);
  expect(list.profiles.filter(({ origin }) => origin === 'own')).toHaveLength(2001);
  expect(files).toHaveLength(2001);
});
