import { describe, expect, test } from 'vitest';
import { failedRun, rehearsalRun } from '../fixtures/events/runs.ts';
import { dockerStopped } from './data/machine.ts';
import { outcomeOf, pressStart, shown, toRun, world } from './world.tsx';

describe('from the machine to the report', () => {
  test('rows are there in the first frame and fill in where they stand', async () => {
    const w = world();
    const screen = await shown(w);
    const before = await screen.lines();
    const at = before.findIndex((line) => line.includes('Docker'));
    expect(before[at]).toContain('checking ...');
    w.look();
    await screen.waitFor('Recommended');
    expect((await screen.lines()).findIndex((line) => line.includes('WARN  Disk'))).toBeGreaterThan(
      at,
    );
    expect(screen.flicker).toEqual({ clears: 0, tall: 0 });
  });

  test('Enter before everything is seen is remembered, and said', async () => {
    const w = world();
    const screen = await shown(w);
    screen.type('\r');
    await screen.waitFor('goes on when GPU has answered');
    w.look();
    await screen.waitFor('[Review]');
  });

  test('a check that failed holds it on the machine page', async () => {
    const w = world({ checks: dockerStopped });
    const screen = await shown(w);
    w.look();
    await screen.waitFor('Docker is installed but not running.');
    screen.type('\r');
    expect(await screen.text()).toContain('[Machine]');
    expect(w.session.store.state.page.at).toBe('machine');
  });

  test('Esc on the review goes back without asking anything again', async () => {
    const w = world();
    const screen = await shown(w);
    w.look();
    await screen.waitFor('Recommended');
    screen.type('\r');
    await screen.waitFor('[Review]');
    screen.type('\x1b');
    await screen.waitFor('[Machine]');
    screen.type('\r');
    await screen.waitFor('[Review]');
  });

  test('Enter starts, the run is followed, a good result is the report', async () => {
    const w = world();
    const screen = await shown(w);
    w.look();
    await screen.waitFor('Recommended');
    screen.type('\r');
    await screen.waitFor('[Review]');
    await pressStart(w, screen);
    await screen.waitFor('run 7f3a');
    expect(w.started).toHaveLength(1);
    w.events.push(...rehearsalRun);
    await screen.waitFor('READY in 5.3 s');
    w.events.end();
    screen.type('\r');
    const { exitCode, lines } = await outcomeOf(w);
    expect(exitCode).toBe(0);
    expect(lines.join('\n')).toContain('http://127.0.0.1:8188');
    expect(lines.length).toBeLessThanOrEqual(12);
  });

  test('a bad result is the failure page, and leaving it gives the exit code', async () => {
    const w = world();
    const screen = await toRun(w);
    w.events.push(...failedRun);
    await screen.waitFor('FAILED 22 s');
    screen.type('q');
    const { exitCode, lines } = await outcomeOf(w);
    expect(exitCode).toBe(12);
    expect(lines[0]).toBe('Step 3 of the image stopped with exit code 3.');
  });

  test('a start that did not happen leads back to the review with its sentence', async () => {
    const w = world({ startFails: true });
    const screen = await shown(w);
    w.look();
    await screen.waitFor('Recommended');
    screen.type('\r');
    await screen.waitFor('[Review]');
    screen.type('s');
    await screen.waitFor('The runs folder is read-only.');
    expect(await screen.text()).toContain('[Review]');
  });
});
