import { expect, test } from 'vitest';
import { saveFromTwo } from './two-processes.ts';

test('two processes that save at the same time lose nothing and leave no lock', async () => {
  const { list, files } = await saveFromTwo(60);
  const own = list.profiles.filter(({ origin }) => origin === 'own');
  expect(list.problems).toEqual([]);
  expect(own).toHaveLength(2 * 60 + 1);
  expect(files.filter((name) => !name.endsWith('.json'))).toEqual([]);
});
