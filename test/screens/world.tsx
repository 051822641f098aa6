import { afterEach } from 'vitest';
import type { FirstSight, RootRights, RunDeps, WizardDeps } from '../../screens/deps.ts';
import { DEAD_MS, REPEAT_MS } from '../../screens/kit/enter-guard.ts';
import type { Outcome } from '../../screens/outcome.ts';
import { Session } from '../../screens/session.ts';
import { Wizard } from '../../screens/wizard.tsx';
import type { Event } from '../../src/contract/events.ts';
import { Failure } from '../../src/contract/failure.ts';
import type { Provided } from '../../src/machine/provide-engine.ts';
import type { ControlMessage } from '../../src/runner/control-protocol.ts';
import { nothingSeen, planned, seen } from './data/machine.ts';
import { clockAt } from './data/runs.ts';
import { type Rendered, renderScreen } from './render.ts';

/** A world whose parts are let go one by one, so that nothing depends on how fast a test is. */
export function world(
  options: {
    checks?: typeof seen;
    startFails?: boolean;
    walks?: Provided | Failure;
    rights?: RootRights;
    sight?: Partial<FirstSight>;
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
    sight: { pod: null, nvidia: true, last: null, ...options.sight },
    proxy: null,
    rehearsal: async () => ({ choices: { recipe: 'rehearsal' }, profile: 'rehearsal' }),
    say: () => {},
    observe: (_choices, onSeen) => {
      onSeen(nothingSeen);
      return observed.promise;
    },
    planner: async () => ({ plan: () => planned, hubBytesPerSecond: 38_000_000 }),
    examine: async () => {},
    startAgain: async () => ({ url: 'http://127.0.0.1:8188' }),
    measureMirrors: async () => [],
    ownProfiles: async () => [],
    saveProfile: async (name) => `/profiles/${name}.json`,
    tokenFrom: async () => 'none',
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

export type World = ReturnType<typeof world>;

let open: Rendered | undefined;
afterEach(async () => {
  await open?.unmount();
  open = undefined;
});

/** Draws the wizard over a session; it goes with the test. */
export async function drawn(session: Session, deps: RunDeps): Promise<Rendered> {
  open = await renderScreen(<Wizard session={session} deps={deps} />);
  return open;
}

export async function shown(w: World): Promise<Rendered> {
  const screen = await drawn(w.session, w.deps);
  void w.session.planning.begin({ choices: {}, profile: null });
  return screen;
}

/** Presses Enter the way a person does: once, long after the page came. */
export async function pressStart(w: World, screen: Rendered): Promise<void> {
  w.clock.ms += DEAD_MS + 1;
  const before = w.clock.ms;
  screen.type('\r');
  // The guard looks again after REPEAT_MS of its own clock.
  w.clock.ms = before;
  await screen.lines();
  w.clock.ms += REPEAT_MS + 1;
}

export async function toRun(w: World): Promise<Rendered> {
  const screen = await shown(w);
  w.look();
  await screen.waitFor('Recommended');
  screen.type('\r');
  await screen.waitFor('[Review]');
  screen.type('s');
  await screen.waitFor('run 7f3a');
  return screen;
}

export async function outcomeOf(w: World): Promise<Outcome> {
  return w.session.outcome;
}
