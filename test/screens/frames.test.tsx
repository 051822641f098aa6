import { appendFileSync } from 'node:fs';
import type { ReactNode } from 'react';
import { describe, expect, test } from 'vitest';
import { EngineScreen } from '../../screens/engine.tsx';
import { cells } from '../../screens/kit/cells.ts';
import { MachineScreen } from '../../screens/machine.tsx';
import { ReportScreen } from '../../screens/report.tsx';
import { ReviewScreen } from '../../screens/review.tsx';
import { RootScreen } from '../../screens/root-rights.tsx';
import { RunScreen } from '../../screens/run.tsx';
import { WalkingScreen } from '../../screens/walking.tsx';
import { engineRoads } from '../../src/machine/engine-roads.ts';
import { replay } from '../../src/pipeline/reducer.ts';
import { rehearsalRun } from '../fixtures/events/runs.ts';
import { dockerStopped, nothingSeen, planned, seen } from './data/machine.ts';
import { absent, debianHost, inAPod, notIntegrated } from './data/no-engine.ts';
import { clockAt, minuteSixLog, runAtMinuteSix } from './data/runs.ts';
import { renderScreen } from './render.ts';

/** FRAMES_FILE=… keeps every frame, to be looked at beside the mock-ups. */
const framesFile = process.env.FRAMES_FILE;

const nothing = () => {};
const machine = (what = seen, plan: typeof planned | null = planned) => (
  <MachineScreen
    seen={what}
    planned={plan}
    problem={null}
    goOn={false}
    onEnter={nothing}
    onSteps={nothing}
    onDetails={nothing}
    onAgain={nothing}
    onBack={nothing}
  />
);
const engineProps = { onRoad: nothing, onAgain: nothing, onBack: nothing };
const [firstRoad] = engineRoads(debianHost, absent);
if (!firstRoad) throw new Error('there is a road for Debian');

const screens: Record<string, { node: ReactNode; says: (string | RegExp)[] }> = {
  'machine, seen': { node: machine(), says: ['[Machine]', 'RTX 4090', 'Enter'] },
  'machine, first frame': {
    node: machine(nothingSeen, null),
    says: ['[Machine]', 'Nothing is changed'],
  },
  'machine, Docker stopped': {
    node: machine(dockerStopped, null),
    says: ['Docker is installed but not running.', 'systemctl start docker'],
  },
  'engine, absent': {
    node: <EngineScreen {...engineProps} host={debianHost} engine={absent} problem={null} />,
    says: ['Docker is not installed', 'Install', 'Check again', 'Esc'],
  },
  'engine, a road that failed': {
    node: (
      <EngineScreen
        {...engineProps}
        host={debianHost}
        engine={absent}
        problem="Docker is not installed: `apt-get update -q` ended with 100."
      />
    ),
    says: ['ended with 100', 'Check again'],
  },
  'engine, not integrated': {
    node: <EngineScreen {...engineProps} host={debianHost} engine={notIntegrated} problem={null} />,
    says: ['not connected to', 'Check again'],
  },
  'engine, in a pod': {
    node: (
      <EngineScreen
        {...engineProps}
        host={{ ...debianHost, container: 'pod', podId: 'k3x9f2' }}
        engine={inAPod}
        problem={null}
      />
    ),
    says: ['Docker cannot run in', 'steadydancer models pull', 'k3x9f2'],
  },
  'root rights': {
    node: <RootScreen road={firstRoad} onYes={nothing} onBack={nothing} />,
    says: ['Undone by', 'With root rights', 'apt-get update', 'y do it'],
  },
  'a road is walked': {
    node: (
      <WalkingScreen
        road={firstRoad}
        lines={['$ apt-get update -q', 'Reading package lists...']}
        clock={clockAt(0)}
      />
    ),
    says: ['Install', 'Reading package lists'],
  },
  review: {
    node: (
      <ReviewScreen
        planned={planned}
        profile="rtx4090-fp8"
        changed={false}
        replanning={false}
        starting={false}
        problem={null}
        clock={clockAt(0)}
        onStart={nothing}
        onOpen={nothing}
        onBack={nothing}
      />
    ),
    says: ['[Review]', 'in all', '34.3 GB', '30-40 min', 'Start'],
  },
  run: {
    node: (
      <RunScreen
        run={runAtMinuteSix}
        runId="20261124-140000-7f3a"
        profile="rtx4090-fp8"
        clock={clockAt(378)}
        status={null}
        log={minuteSixLog}
        onDetach={nothing}
        onAnswer={nothing}
      />
    ),
    says: [
      'run 7f3a',
      '6 m 18 s',
      /RUN +python: uv pip/,
      /RUN +comfyui: git/,
      '47.9 GB free',
      'full in',
    ],
  },
  report: {
    node: (
      <ReportScreen
        run={replay(rehearsalRun)}
        runId="20261124-140000-7f3a"
        status={null}
        way={{ kind: 'browser', commands: [] }}
        canStop={false}
        stopped={false}
        onFinish={nothing}
        onOpen={nothing}
        onStopContainer={nothing}
      />
    ),
    says: ['READY in 5.3 s', 'http://127.0.0.1:8188', 'The rehearsal passed'],
  },
};

const sizes = [
  [80, 24],
  [120, 40],
  [40, 15],
] as const;
const terminals = {
  unicode: { LANG: 'C.UTF-8', TERM: 'xterm-256color' },
  ascii: { LANG: 'C', TERM: 'linux' },
  'no colour': { LANG: 'C.UTF-8', TERM: 'xterm', NO_COLOR: '1' },
} as const;

describe.each(Object.entries(screens))('%s', (name, { node, says }) => {
  for (const [columns, rows] of sizes) {
    for (const [terminal, env] of Object.entries(terminals)) {
      test(`${columns}x${rows}, ${terminal}: fits, says what counts, does not flicker`, async () => {
        const screen = await renderScreen(node, { columns, rows, env });
        const lines = await screen.lines();
        if (framesFile)
          appendFileSync(
            framesFile,
            `== ${name} ${columns}x${rows} ${terminal}\n${lines.join('\n')}\n`,
          );
        for (const line of lines) expect(cells(line)).toBeLessThanOrEqual(columns);
        const text = lines.join(' ').replace(/\s+/g, ' ');
        for (const wanted of says) expect(text).toMatch(pattern(wanted));
        expect(lines.at(-1)).not.toBe('');
        if (terminal === 'ascii') expect(lines.join('')).toMatch(/^[\x20-\x7e]*$/);
        if (terminal === 'no colour') expect(coloured(screen.terminal)).toBe(0);
        await screen.rerender(node);
        expect(screen.flicker).toEqual({ clears: 0, tall: 0 });
        await screen.unmount();
        expect(screen.terminal.buffer.active.type).toBe('normal');
      });
    }
  }

  test('a resize is drawn once, never taller than the terminal', async () => {
    const screen = await renderScreen(node, { columns: 120, rows: 40 });
    await screen.resize(40, 15);
    await screen.resize(80, 24);
    expect(screen.flicker.tall).toBe(0);
    const lines = await screen.lines();
    const fresh = await renderScreen(node, { columns: 80, rows: 24 });
    expect(lines).toEqual(await fresh.lines());
    await screen.unmount();
    await fresh.unmount();
  });

  test('a screen reader gets words for signs, in order, without rules and bars', async () => {
    const screen = await renderScreen(node, {
      columns: 80,
      rows: 200,
      env: { INK_SCREEN_READER: 'true', LANG: 'C.UTF-8' },
    });
    const text = await screen.text();
    expect(text).not.toMatch(/[─✓⚠✗❯█░]|-----|\[##/);
    expect(text.trim().split('\n').length).toBeGreaterThan(3);
    await screen.unmount();
  });
});

function pattern(wanted: string | RegExp): RegExp {
  if (wanted instanceof RegExp) return wanted;
  return new RegExp(wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(' ', '\\s+'));
}

/** Cells of the screen with a colour of their own. */
function coloured(terminal: import('@xterm/headless').Terminal): number {
  const { active } = terminal.buffer;
  let count = 0;
  for (let y = 0; y < terminal.rows; y++) {
    const line = active.getLine(active.baseY + y);
    for (let x = 0; x < terminal.cols; x++) {
      if (line?.getCell(x)?.isFgDefault() === false) count += 1;
    }
  }
  return count;
}
