import { describe, expect, test } from 'vitest';
import { Session } from '../../screens/session.ts';
import { failedRun } from '../fixtures/events/runs.ts';
import { timed } from './data/runs.ts';
import { drawn, pressStart, toRun, world } from './world.tsx';

describe('attach', () => {
  test('a run is shown from its beginning; its failure offers no retry without a plan', async () => {
    const w = world();
    const session = new Session(w.deps, null);
    const open = await drawn(session, w.deps);
    void session.running.follow('20261124-140000-c2d1');
    w.events.push(...failedRun);
    await open.waitFor('FAILED 22 s');
    expect(await open.text()).not.toContain('what is done is not done again');
    open.type('q');
    expect((await session.outcome).exitCode).toBe(12);
  });

  test('a run that was killed ends without a result, and says so', async () => {
    const w = world();
    const session = new Session(w.deps, null);
    const open = await drawn(session, w.deps);
    void session.running.follow('20261124-140000-c2d1');
    w.events.push(...failedRun.slice(0, 8));
    w.events.end();
    await open.waitFor('its process is gone');
    open.type('q');
    expect((await session.outcome).exitCode).toBe(1);
  });
});

describe('a run asks', () => {
  test('the question is on the run page and the answer goes to the run', async () => {
    const w = world();
    const screen = await toRun(w);
    const options = [
      { id: 'next', label: 'Use 8189' },
      { id: 'stop', label: 'Stop it' },
    ];
    w.events.push(
      ...timed([
        [
          1,
          {
            type: 'question',
            id: 'port',
            text: 'Port 8188 is taken.',
            options,
            unattended: 'next',
          },
        ],
      ]),
    );
    await screen.waitFor('Port 8188 is taken.');
    await pressStart(w, screen);
    await expect.poll(() => w.told).toEqual([{ type: 'answer', id: 'port', answer: 'next' }]);
    w.events.push(...timed([[2, { type: 'answer', id: 'port', answer: 'next', by: 'person' }]]));
    await expect.poll(() => screen.text()).not.toContain('Port 8188 is taken.');
  });

  test('? shows the keys and any key closes it', async () => {
    const w = world();
    const screen = await toRun(w);
    screen.type('?');
    await screen.waitFor('Keys on this page');
    screen.type('x');
    await screen.waitFor('run 7f3a');
  });
});
