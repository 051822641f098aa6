// Runs the built program as a person or a script would.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Event,
  type EventOf,
  type EventType,
  eventSchema,
} from '../../src/contract/events.ts';

/** Far beyond what any call of a test takes. */
const CALL_LIMIT_MS = 90_000;
const built = join(import.meta.dirname, '../../dist/main.js');

export interface Finished {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A home of its own: profiles, runs and the person's folders of one test. */
export class Program {
  readonly home = mkdtempSync(join(tmpdir(), 'sd-home-'));
  readonly env: NodeJS.ProcessEnv;
  readonly #through: readonly string[];
  readonly #main: string;
  readonly #limitMs: number;

  /**
   * `through`: a command that starts it, as `nsenter …` does in another network namespace.
   * `main`: the program of a small world, whose builds may take longer.
   */
  constructor(
    env: NodeJS.ProcessEnv = {},
    through: readonly string[] = [],
    { main = built, limitMs = CALL_LIMIT_MS } = {},
  ) {
    this.#through = through;
    this.#main = main;
    this.#limitMs = limitMs;
    this.env = {
      ...process.env,
      HOME: this.home,
      STEADYDANCER_HOME: join(this.home, 'own'),
      ...env,
    };
  }

  /** Starts it; the caller ends it. */
  start(args: string[]): ChildProcess & { finished: Promise<Finished>; runsDir: string } {
    const [file = '', ...rest] = [...this.#through, process.execPath, this.#main, ...args];
    const child = spawn(file, rest, {
      env: this.env,
      cwd: this.home,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A program that hangs fails its test with what it had said.
      timeout: this.#limitMs,
      killSignal: 'SIGKILL',
    });
    const said = { stdout: '', stderr: '' };
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said.stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said.stderr += text;
    });
    const finished = new Promise<Finished>((resolve) => {
      child.once('close', (exitCode, signal) => resolve({ exitCode, signal, ...said }));
    });
    return Object.assign(child, { finished, runsDir: join(this.home, 'own', 'runs') });
  }

  /** Settles when one more run has its folder and record than had when this was called. */
  async runBegun(): Promise<void> {
    const runs = join(this.home, 'own', 'runs');
    const count = () =>
      existsSync(runs)
        ? readdirSync(runs).filter((name) => existsSync(join(runs, name, 'run.json'))).length
        : 0;
    const before = count();
    while (count() === before) await new Promise((resolve) => setImmediate(resolve));
  }

  async call(args: string[]): Promise<Finished> {
    return this.start(args).finished;
  }

  /** `run --json` with what is given; every line is held against the contract. */
  async run(args: string[]): Promise<Finished & { events: Event[]; result: EventOf<'result'> }> {
    const finished = await this.call(['run', '--json', ...args]);
    const events = eventsOf(finished.stdout);
    return { ...finished, events, result: resultOf(events, finished) };
  }
}

/** Parses event lines; throws on a line that does not fit the contract. */
export function eventsOf(stdout: string): Event[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => eventSchema.parse(JSON.parse(line)) as Event);
}

function resultOf(events: Event[], finished: Finished): EventOf<'result'> {
  const last = events.at(-1);
  if (last?.type === 'result') return last as EventOf<'result'>;
  throw new Error(`no result; exit ${finished.exitCode}\n${finished.stdout}\n${finished.stderr}`);
}

export function ofType<T extends EventType>(events: Event[], type: T): EventOf<T>[] {
  return events.filter((event): event is EventOf<T> => event.type === type);
}

/** Follows a child's event lines until one fits. Rejects when the child ends before. */
export async function eventSeen(
  child: ChildProcess,
  fits: (event: Event) => boolean,
): Promise<Event> {
  return new Promise((resolve, reject) => {
    let rest = '';
    child.stdout?.on('data', (text: string) => {
      rest += text;
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const event = JSON.parse(line) as Event;
        if (fits(event)) resolve(event);
      }
    });
    child.once('close', () => reject(new Error('the program ended before that event')));
  });
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
