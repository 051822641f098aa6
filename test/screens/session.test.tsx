import { afterEach, describe, expect, test } from 'vitest';
import type { RootRights, WizardDeps } from '../../screens/deps.ts';
import { DEAD_MS, REPEAT_MS } from '../../screens/kit/enter-guard.ts';
import type { Outcome } from '../../screens/outcome.ts';
import { Session } from '../../screens/session.ts';
import { Wizard } from '../../screens/wizard.tsx';
import type { Event } from '../../src/contract/events.ts';
import { Failure } from '../../src/contract/failure.ts';
import type { Provided } from '../../src/machine/provide-engine.ts';
import type { ControlMessage } from '../../src/runner/control-protocol.ts';
import { failedRun, rehearsalRun } from '../fixtures/events/runs.ts';
import { dockerStopped, nothingSeen, planned, seen } from './data/machine.ts';
import { absent, notOfTheGroup, seenWithout } from './data/no-engine.ts';
import { clockAt, timed } from './data/runs.ts';
import { type Rendered, renderScreen } from './render.ts';

/** A world whose parts are let go one by one, so that nothing depends on how fast a test is. */
function world(
  options: {
    checks?: typeof seen;
    startFails?: boolean;
    walks?: Provided | Failure;
    rights?: RootRights;
  } = {},
) {
  const walked: string[] = [];
  const told: ControlMessage[] = [];
  const started: string[] = [];
  const observed = Promise.withResolvers<typeof seen>();
  const events = channel<Event>();
  const clock = { ...clockAt(0), ms: 10_000, monotonicMs: () => clock.ms };
  const deps: WizardDeps = {
    version: '0.1.0',
    clock,
    terminal: { stdin: process.stdin, stdout: process.stdout, env: {} },
    choices: {},
    profile: null,
    say: () => {},
    observe: (onSeen) => {
      onSeen(nothingSeen);
      return observed.promise;
    },
    plan: async () => planned,
    startRun: async () => {
      if (options.startFails) {
        throw new Failure({
          code: 'state-not-writable',
          sentence: 'The runs folder is read-only.',
        });
      }
      started.push('20261124-140000-7f3a');
      return { runId: '20261124-140000-7f3a' };
    },
    follow: (_runId, signal) => events.follow(signal),
    control: async (_runId, message) => {
      told.push(message);
      return { ok: true };
    },
    walkRoad: async (road, _machine, onLine) => {
      walked.push(road.id);
      onLine('Reading package lists...');
      if (options.walks instanceof Failure) throw options.walks;
      return options.walks ?? 'ready';
    },
    rootRights: async () => options.rights ?? 'have',
    askPassword: async () => true,
  };
  const session = new Session(deps, deps);
  const look = () => observed.resolve(options.checks ?? seen);
  return { deps, session, told, started, walked, look, events, clock };
}

function channel<T>() {
  const queue: T[] = [];
  let ended = false;
  let wake = () => {};
  return {
    push(...items: T[]) {
      queue.push(...items);
      wake();
    },
    end() {
      ended = true;
      wake();
    },
    async *follow(signal: AbortSignal): AsyncGenerator<T> {
      signal.addEventListener('abort', () => wake());
      while (!signal.aborted) {
        const next = queue.shift();
        if (next !== undefined) yield next;
        else if (ended) return;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
  };
}

let open: Rendered | undefined;
afterEach(async () => open?.unmount());

async function shown(w: ReturnType<typeof world>): Promise<Rendered> {
  open = await renderScreen(<Wizard session={w.session} deps={w.deps} profile={null} />);
  void w.session.look();
  return open;
}

/** Presses Enter the way a person does: once, long after the page came. */
async function pressStart(w: ReturnType<typeof world>, screen: Rendered): Promise<void> {
  w.clock.ms += DEAD_MS + 1;
  const before = w.clock.ms;
  screen.type('\r');
  // The guard looks again after REPEAT_MS of its own clock.
  w.clock.ms = before;
  await screen.lines();
  w.clock.ms += REPEAT_MS + 1;
}

async function toRun(w: ReturnType<typeof world>): Promise<Rendered> {
  const screen = await shown(w);
  w.look();
  await screen.waitFor('Recommended');
  screen.type('\r');
  await screen.waitFor('[Review]');
  screen.type('s');
  await screen.waitFor('run 7f3a');
  return screen;
}

async function outcomeOf(w: ReturnType<typeof world>): Promise<Outcome> {
  return w.session.outcome;
}

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
    expect(w.session.current().page.at).toBe('machine');
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

describe('signals from outside', () => {
  test('SIGTERM stops a run that was started here, and its end closes the screens', async () => {
    const w = world();
    await toRun(w);
    w.session.signal('SIGTERM');
    expect(w.told).toEqual([{ type: 'cancel', signal: 'SIGTERM', force: false }]);
    w.events.push(...failedRun);
    expect((await outcomeOf(w)).exitCode).toBe(12);
  });

  test('a terminal that goes away leaves the run alone', async () => {
    const w = world();
    await toRun(w);
    w.session.signal('SIGHUP');
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

describe('attach', () => {
  test('a run is shown from its beginning; its failure offers no retry without a plan', async () => {
    const w = world();
    const session = new Session(w.deps, null);
    open = await renderScreen(<Wizard session={session} deps={w.deps} profile={null} />);
    void session.follow('20261124-140000-c2d1');
    w.events.push(...failedRun);
    await open.waitFor('FAILED 22 s');
    expect(await open.text()).not.toContain('what is done is not done again');
    open.type('q');
    expect((await session.outcome).exitCode).toBe(12);
  });

  test('a run that was killed ends without a result, and says so', async () => {
    const w = world();
    const session = new Session(w.deps, null);
    open = await renderScreen(<Wizard session={session} deps={w.deps} profile={null} />);
    void session.follow('20261124-140000-c2d1');
    w.events.push(...failedRun.slice(0, 8));
    w.events.end();
    await open.waitFor('its process is gone');
    open.type('q');
    expect((await session.outcome).exitCode).toBe(1);
  });
});

describe('without an engine', () => {
  const toEngine = async (w: ReturnType<typeof world>) => {
    const screen = await shown(w);
    w.look();
    await screen.waitFor('Enter shows the ways to get Docker');
    screen.type('\r');
    await screen.waitFor('What to do?');
    return screen;
  };

  test('Enter shows the roads, y and nothing else asks for root, then it goes on', async () => {
    const w = world({ checks: seenWithout(absent) });
    const screen = await toEngine(w);
    screen.type('\r');
    await screen.waitFor('With root rights');
    screen.type('\r');
    expect(await screen.text()).toContain('With root rights');
    expect(w.walked).toEqual([]);
    screen.type('y');
    await expect.poll(() => w.walked).toEqual(['distribution']);
    // It looks again by itself, with Enter remembered.
    await expect.poll(() => w.session.current().page.at).toBe('machine');
    expect(w.session.current().goOn || w.session.current().complete).toBe(true);
  });

  test('Esc leads back from the question for root rights and changes nothing', async () => {
    const w = world({ checks: seenWithout(absent) });
    const screen = await toEngine(w);
    screen.type('\r');
    await screen.waitFor('With root rights');
    screen.type('\x1b');
    await screen.waitFor('What to do?');
    screen.type('\x1b');
    await screen.waitFor('Enter shows the ways');
    expect(w.walked).toEqual([]);
  });

  test('a road that does not lead there leads back, with its sentence', async () => {
    const sentence = 'Docker is not installed: `apt-get update` ended with 100.';
    const walks = new Failure({ code: 'engine-install-failed', sentence });
    const w = world({ checks: seenWithout(absent), walks });
    const screen = await toEngine(w);
    screen.type('\r');
    await screen.waitFor('With root rights');
    screen.type('y');
    await screen.waitFor('ended with 100.');
    expect(w.session.current().page.at).toBe('engine');
  });

  test('a member of the group goes on in a new process under it', async () => {
    const w = world({ checks: seenWithout(notOfTheGroup), walks: 'group' });
    const screen = await toEngine(w);
    screen.type('\r');
    await screen.waitFor('can become root');
    screen.type('y');
    expect(await outcomeOf(w)).toMatchObject({ underGroup: true });
  });

  test('without sudo nothing is changed, and that is said', async () => {
    const w = world({ checks: seenWithout(absent), rights: 'none' });
    const screen = await toEngine(w);
    screen.type('\r');
    await screen.waitFor('With root rights');
    screen.type('y');
    await screen.waitFor('Nothing was changed');
    expect(w.walked).toEqual([]);
  });

  test('a password is asked for on the main screen', async () => {
    const w = world({ checks: seenWithout(absent), rights: 'password' });
    let handedOver = 0;
    w.session.handOver = async (work) => {
      handedOver += 1;
      return work();
    };
    const screen = await toEngine(w);
    screen.type('\r');
    await screen.waitFor('With root rights');
    screen.type('y');
    await expect.poll(() => w.walked).toEqual(['distribution']);
    expect(handedOver).toBe(1);
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
