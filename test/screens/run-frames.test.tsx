import { appendFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cells } from '../../screens/kit/cells.ts';
import type { RunBackground } from '../../screens/panes/background.ts';
import type { FreeSpace } from '../../screens/panes/run-world.ts';
import { RunScreen } from '../../screens/run.tsx';
import { RunFeed } from '../../screens/run-feed.ts';
import type { CleanItem } from '../../src/contract/clean.ts';
import type { Event } from '../../src/contract/events.ts';
import { dockerfile, LONG_RUN_ID, longRun } from './data/long-run.ts';
import { longRunPlan } from './data/long-run-plan.ts';
import { moments } from './data/run-moments.ts';
import { clockAt, START } from './data/runs.ts';
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
      freeSpace={freeSpace}
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

const cached = (id: string, gb: number, name: string): CleanItem => ({
  kind: 'cache',
  id,
  name,
  bytes: gb * 1e9,
  lastUsedAt: '2026-11-12T10:00:00.000Z',
  ours: false,
  consequence: 'A build that used it takes longer next time.',
});
const items = [
  cached('a', 6.1, 'RUN pip install torch==2.5.1 torchvision torchaudio'),
  cached('b', 3.4, 'RUN apt-get update && apt-get install -y cuda-toolkit'),
];
const gone: CleanItem[] = [];
const freeSpace: FreeSpace = {
  look: async () => items,
  remove: async (these) => {
    gone.push(...these);
    return { removed: these, failed: [] };
  },
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

test.each([
  [20, 6],
  [30, 9],
  [59, 19],
  [119, 20],
  [240, 70],
])('odd sizes draw, too: %i x %i', async (columns, rows) => {
  for (const { events, second } of Object.values(moments)) {
    const drawn = await renderScreen(screen(events, second), { columns, rows });
    for (const line of await drawn.lines()) expect(cells(line)).toBeLessThanOrEqual(columns);
    expect(drawn.flicker).toEqual({ clears: 0, tall: 0 });
    await drawn.unmount();
  }
});

test.each(sizes)(
  '%i x %i: f lists what can go, y removes exactly that, Esc comes back',
  async (columns, rows) => {
    gone.length = 0;
    const { events } = moments['disk warning'] ?? { events: [] };
    const drawn = await renderScreen(screen(events, 700), { columns, rows });
    drawn.type('f');
    await drawn.waitFor('9.5 GB');
    await drawn.waitFor('pip install');
    expect(await drawn.text()).not.toContain('filling up');
    // No other key removes, nor does Enter.
    for (const key of ['\r', 'w', 'i']) {
      drawn.type(key);
      await drawn.lines();
    }
    expect(gone).toEqual([]);
    drawn.type('y');
    await drawn.waitFor('Removed 2 of 2, 9.5 GB.');
    expect(gone).toEqual(items);
    drawn.type('\x1b');
    await drawn.waitFor('filling up');
    expect(drawn.flicker).toEqual({ clears: 0, tall: 0 });
    await drawn.unmount();
  },
);

describe('frames do not jump', () => {
  test.each(sizes)(
    '%i x %i: what stands somewhere stays there through a build',
    async (columns, rows) => {
      const feed = new RunFeed();
      const events = longRun(868);
      const from = events.findIndex(({ at }) => at >= timeAt(420));
      for (const event of events.slice(0, from)) feed.push(event);
      const node = (second: number) => screen([], second, feed);
      const drawn = await renderScreen(node(420), { columns, rows });
      const before = places(await drawn.lines());
      expect(before.size).toBeGreaterThan(2);
      let next = from;
      for (let second = 430; second < 600; second += 20) {
        for (; (events[next]?.at ?? '9') <= timeAt(second); next += 1)
          feed.push(events[next] as Event);
        await drawn.rerender(node(second));
        const now = places(await drawn.lines());
        for (const [what, row] of before) expect([what, now.get(what)]).toEqual([what, row]);
      }
      expect(drawn.flicker).toEqual({ clears: 0, tall: 0 });
      await drawn.unmount();
    },
  );

  test('what is said and a search field take no row from the panes', async () => {
    const { events } = moments['mid-build with downloads'] ?? { events: [] };
    const drawn = await renderScreen(screen(events, 700), { columns: 80, rows: 24 });
    const before = places(await drawn.lines());
    drawn.type('n');
    await drawn.waitFor('It will be told');
    expect(places(await drawn.lines())).toEqual(before);
    drawn.type('/');
    await drawn.waitFor('Esc leave search');
    expect(places(await drawn.lines())).toEqual(before);
    await drawn.unmount();
  });
});

function timeAt(second: number): string {
  return new Date(START + second * 1000).toISOString();
}

/** Where the panes begin, and the rule and keys at the bottom. */
function places(lines: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const [row, line] of lines.entries()) {
    const pane = /^ \[?(Steps|Log|Models|Disk|GPU)\b/.exec(line)?.[1];
    if (pane) found.set(pane, row);
    if (/^ [─-]+$/.test(line)) found.set(row < 3 ? 'upper rule' : 'lower rule', row);
    if (row === lines.length - 1 && line !== '') found.set('keys', row);
  }
  return found;
}
