import { expect, test } from 'vitest';
import { speak } from '../../../screens/panes/spoken.ts';
import { RunScreen } from '../../../screens/run.tsx';
import { RunFeed } from '../../../screens/run-feed.ts';
import { reduceRun } from '../../../src/pipeline/reducer.ts';
import { emptyRunState, type RunState } from '../../../src/pipeline/run-state.ts';
import { LONG_RUN_ID, longRun } from '../data/long-run.ts';
import { moments } from '../data/run-moments.ts';
import { clockAt } from '../data/runs.ts';
import { renderScreen } from '../render.ts';

/** All that is said of events that come one at a time. */
function heard(events: ReturnType<typeof longRun>): string[] {
  let state: RunState = emptyRunState;
  const said: string[] = [];
  for (const event of events) {
    const next = reduceRun(state, event);
    said.push(...speak(state, next));
    state = next;
  }
  return said;
}

test('a long build is said once a thing, and at each quarter of what has an amount', () => {
  const said = heard(longRun(1_020));
  const torch = said.filter((line) => line.includes('uv pip install torch'));
  expect(torch).toEqual([
    expect.stringMatching(/^running python:/),
    expect.stringMatching(/: 25 %, 1\.0 of 3\.9 GB$/),
    expect.stringMatching(/: 50 %, /),
    expect.stringMatching(/: 75 %, /),
    expect.stringMatching(/^ok python: .*, 3 m 44 s$/),
  ]);
  expect(said.length).toBeLessThan(60);
  expect(new Set(said).size).toBe(said.length);
});

test('what comes at once is said as what came one by one, without what lay between', () => {
  let state: RunState = emptyRunState;
  for (const event of longRun(1_020)) state = reduceRun(state, event);
  const said = speak(emptyRunState, state);
  expect(said.filter((line) => /^ok exporting/.test(line))).toHaveLength(1);
  expect(said.some((line) => /^running python/.test(line))).toBe(false);
});

test('a short disk is said once, and a question with its text', () => {
  const said = heard(moments['disk warning']?.events ?? []);
  expect(said.filter((line) => line.startsWith('warning disk'))).toHaveLength(1);
  expect(said.at(-1)).toMatch(/^The run asks: Disk \/ is filling up/);
});

test('a screen reader’s lines are written once: a clock that goes on writes nothing', async () => {
  const feed = new RunFeed();
  for (const event of longRun(700)) feed.push(event);
  feed.close();
  const node = (second: number) => (
    <RunScreen
      run={feed.state}
      runId={LONG_RUN_ID}
      profile={null}
      clock={clockAt(second)}
      status={null}
      log={feed.log}
      onDetach={() => {}}
      onAnswer={() => {}}
    />
  );
  const screen = await renderScreen(node(700), {
    columns: 80,
    rows: 60,
    env: { INK_SCREEN_READER: 'true', LANG: 'C.UTF-8' },
  });
  const before = await screen.lines();
  expect(before.filter((line) => line.startsWith('running attention'))).toHaveLength(1);
  await screen.rerender(node(730));
  expect(await screen.lines()).toEqual(before);
  screen.type('l');
  await screen.waitFor('Newest lines of attention');
  expect(
    (await screen.lines()).filter((line) => line.startsWith('running attention')),
  ).toHaveLength(1);
  await screen.unmount();
});
