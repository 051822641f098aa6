import { expect, test } from 'vitest';
import { housekeeping } from './data/housekeeping.ts';
import { keys, plannedWorld } from './planned-world.tsx';
import { drawn, outcomeOf } from './world.tsx';

async function opened() {
  const kept = housekeeping();
  const w = plannedWorld();
  Object.assign(w.deps, kept.deps);
  const screen = await drawn(w.session, w.deps);
  void w.session.cleaning.open();
  await screen.waitFor('Build cache');
  return { w, screen, ...kept };
}

test('what can go stands by kind, with sizes and what it costs, each thing a key away; nothing is marked', async () => {
  const { screen } = await opened();
  const text = await screen.text();
  expect(text).toContain('up to 19.7 GB');
  expect(text).toMatch(/❯ \[ \] +8\.3 GB +Build cache \(2\)/);
  expect(text).toContain('Builds that use it take longer next time.');
  expect(text).toContain('Kept: 35.5 GB of build cache');
  expect(text).not.toContain('[x]');
  expect(text).not.toContain('RUN pip install');
  screen.type(keys.right);
  await screen.waitFor(/\[ \] +6\.1 GB +RUN pip install torch==2\.5\.1/);
  screen.type(keys.down);
  screen.type('\x1b[D');
  await screen.waitFor(/❯ \[ \] +8\.3 GB +Build cache \(2\)/);
  expect(await screen.text()).not.toContain('RUN pip install');
});

test('without a mark Enter asks nothing; Space marks, y on its own page removes exactly that', async () => {
  const { w, screen, removed } = await opened();
  screen.type(keys.enter);
  await screen.waitFor('Nothing is marked');
  screen.type(keys.right);
  screen.type(keys.down);
  screen.type(' ');
  await screen.waitFor('marked: 1, 6.1 GB');
  expect(await screen.text()).toMatch(/\[-\] +8\.3 GB/);
  screen.type(keys.enter);
  await screen.waitFor('Remove 1 record of build cache, 6.1 GB');
  const asked = await screen.text();
  expect(asked).toContain('cannot be undone');
  expect(asked).toContain('RUN pip install torch==2.5.1');
  screen.type(keys.enter);
  await screen.lines();
  expect(removed).toEqual([]);
  screen.type('y');
  await screen.waitFor('Removed 1 of 1');
  expect(removed).toEqual(['c1']);
  await screen.waitFor('up to 13.6 GB');
  w.session.leaving.quit();
  expect((await outcomeOf(w)).lines).toEqual(['Removed 1 of 1: 6.1 GB.']);
});

test('a kind is marked by its own row and a marks all; Esc from the question loses no mark', async () => {
  const { screen, removed } = await opened();
  screen.type(' ');
  await screen.waitFor('marked: 2, 8.3 GB');
  screen.type('a');
  await screen.waitFor('marked: 4, 19.7 GB');
  screen.type(keys.enter);
  await screen.waitFor(/Remove 2 records of build cache and 1 image/);
  screen.type(keys.escape);
  await screen.waitFor('marked: 4');
  screen.type('a');
  await screen.waitFor('up to 19.7 GB');
  expect(removed).toEqual([]);
});
