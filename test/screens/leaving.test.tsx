import { describe, expect, test } from 'vitest';
import { leftBehind } from '../../screens/left-behind.ts';
import { failedRun } from '../fixtures/events/runs.ts';
import { outcomeOf, shown, toRun, world } from './world.tsx';

describe('signals from outside', () => {
  test('SIGTERM stops a run that was started here, and its end closes the screens', async () => {
    const w = world();
    await toRun(w);
    w.session.interrupts.signal('SIGTERM');
    expect(w.told).toEqual([{ type: 'cancel', signal: 'SIGTERM', force: false }]);
    w.events.push(...failedRun);
    expect((await outcomeOf(w)).exitCode).toBe(12);
  });

  test('a terminal that goes away leaves the run alone', async () => {
    const w = world();
    await toRun(w);
    w.session.interrupts.signal('SIGHUP');
    expect((await outcomeOf(w)).exitCode).toBe(129);
    expect(w.told).toEqual([]);
  });

  test('two keys before the next drawing are two keys', async () => {
    const w = world();
    const screen = await toRun(w);
    screen.type('q');
    await screen.waitFor('Stop the run?');
    screen.type('\x1b[B');
    screen.type('\r');
    expect((await outcomeOf(w)).lines.join('\n')).toContain('steadydancer attach');
  });
});

describe('leaving', () => {
  test('q leaves at once when nothing runs', async () => {
    const w = world();
    const screen = await shown(w);
    screen.type('q');
    expect(await outcomeOf(w)).toEqual({
      exitCode: 0,
      lines: ['Nothing was started or changed.'],
    });
  });

  test('q while a run goes on asks; staying stops nothing', async () => {
    const w = world();
    const screen = await toRun(w);
    screen.type('q');
    await screen.waitFor('Stop the run?');
    screen.type('\r');
    await screen.waitFor('run 7f3a');
    expect(w.told).toEqual([]);
  });

  test('keep running leaves with the command that shows it again', async () => {
    const w = world();
    const screen = await toRun(w);
    screen.type('q');
    await screen.waitFor('Stop the run?');
    screen.type('\x1b[B');
    await screen.lines();
    screen.type('\r');
    const { exitCode, lines } = await outcomeOf(w);
    expect(exitCode).toBe(0);
    expect(lines.join('\n')).toContain('steadydancer attach 20261124-140000-7f3a');
    expect(w.told).toEqual([]);
  });

  test('stop tells the run, Ctrl-C after it forces, a third leaves', async () => {
    const w = world();
    const screen = await toRun(w);
    screen.type('\x03');
    await screen.waitFor('Stop the run?');
    screen.type('\x1b[A');
    await screen.lines();
    screen.type('\r');
    await screen.waitFor('it ends cleanly');
    expect(w.told).toEqual([{ type: 'cancel', signal: 'SIGINT', force: false }]);
    screen.type('\x03');
    await screen.waitFor('forcing the end');
    expect(w.told.at(-1)).toEqual({ type: 'cancel', signal: 'SIGINT', force: true });
    screen.type('\x03');
    expect((await outcomeOf(w)).exitCode).toBe(130);
  });

  test('a second Ctrl-C on the question forces at once', async () => {
    const w = world();
    const screen = await toRun(w);
    screen.type('\x03');
    await screen.waitFor('Stop the run?');
    screen.type('\x03');
    await screen.waitFor('forcing the end');
    expect(w.told).toEqual([{ type: 'cancel', signal: 'SIGINT', force: true }]);
  });
});

describe('what was done without a run', () => {
  const nothing = { awake: null, saved: [], roadsWalked: [], housekept: [] };

  test('is said when the wizard is left, and nothing where there was nothing', () => {
    expect(leftBehind(nothing)).toEqual(['Nothing was started or changed.']);
    expect(leftBehind({ ...nothing, awake: 'http://127.0.0.1:8188' })).toEqual([
      'ComfyUI runs at http://127.0.0.1:8188',
      '  steadydancer stop',
    ]);
    expect(leftBehind({ ...nothing, saved: ['evening'], roadsWalked: ['Install Docker'] })).toEqual(
      ['Done: Install Docker.', 'Profile evening is saved: steadydancer run --profile evening'],
    );
    expect(leftBehind({ ...nothing, housekept: ['Removed 2 of 2: 3.1 GB.'] })).toEqual([
      'Removed 2 of 2: 3.1 GB.',
    ]);
  });
});
