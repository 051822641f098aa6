import { appendFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cells } from '../../screens/kit/cells.ts';
import type { RunBackground } from '../../screens/panes/background.ts';
import { RunScreen } from '../../screens/run.tsx';
import { RunFeed } from '../../screens/run-feed.ts';
import type { Event } from '../../src/contract/events.ts';
import { dockerfile, LONG_RUN_ID } from './data/long-run.ts';
import { longRunPlan } from './data/long-run-plan.ts';
import { moments } from './data/run-moments.ts';
import { clockAt } from './data/runs.ts';
import { renderScreen } from './render.ts';

/** FRAMES_FILE=… keeps every frame, to be looked at beside the mock-ups. */
const framesFile = process.env.FRAMES_FILE;
const nothing = () => {};

function fed(events: readonly Event[]): RunFeed {
  const feed = new RunFeed();
  for (const event of events) feed.push(event);
  feed.close();
  return feed;
}

function screen(events: readonly Event[], second: number, feed = fed(events)) {
  return (
    <RunScreen
      run={feed.state}
      runId={LONG_RUN_ID}
      profile="rtx4090-fp8"
      clock={clockAt(second)}
      status={null}
      log={feed.log}
      view={feed.view}
      background={background}
      onDetach={nothing}
      onAnswer={nothing}
    />
  );
}

const background: RunBackground = {
  plan: longRunPlan,
  dockerfile,
  usual: new Map([
    [
      'python: uv pip install torch==2.8.0 torchvision torchaudio',
      { lowMs: 120_000, highMs: 240_000 },
    ],
    ['exporting to image', { lowMs: 100_000, highMs: 150_000 }],
  ]),
};

const sizes = [
  [40, 15],
  [60, 20],
  [80, 24],
  [120, 40],
  [160, 50],
] as const;

describe.each(Object.entries(moments))('%s', (name, { events, second, says }) => {
  test.each(sizes)('%i x %i', async (columns, rows) => {
    const drawn = await renderScreen(screen(events, second), { columns, rows });
    const lines = await drawn.lines();
    if (framesFile) {
      appendFileSync(framesFile, `== ${name} ${columns}x${rows}\n${lines.join('\n')}\n`);
    }
    const text = lines.join(' ').replace(/\s+/g, ' ');
    for (const wanted of says) {
      if (typeof wanted === 'string') expect(text).toContain(wanted.replace(/\s+/g, ' '));
      else expect(lines.join('\n')).toMatch(wanted);
    }
    for (const line of lines) expect(cells(line)).toBeLessThanOrEqual(columns);
    // Keys are never given up.
    expect(lines.at(-1)).toMatch(/q/);
    expect(drawn.flicker).toEqual({ clears: 0, tall: 0 });
    await drawn.unmount();
  });
});
