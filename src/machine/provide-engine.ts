import { createInterface } from 'node:readline';
import { Failure } from '../contract/failure.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ended, Processes } from '../ports/processes.ts';
import { observeEngine } from './engine.ts';
import {
  DAEMON_LOG,
  daemonCommand,
  type EngineRoad,
  engineRoads,
  joinGroup,
  type RoadCommand,
  shownCommand,
  startCommand,
} from './engine-roads.ts';
import { engineProblemCodes } from './problem-codes.ts';
import type { EngineState, Host, MissingEngine } from './types.ts';

/** Package mirrors are slow at times; an engine with what it needs is about 200 MB. */
const INSTALL_LIMIT_MS = 15 * 60_000;
const SERVICE_LIMIT_MS = 10_000;
const START_LIMIT_MS = 60_000;
/** Docker Desktop starts a virtual machine first. */
const DESKTOP_LIMIT_MS = 180_000;
const POLL_MS = 500;

export interface ProvideEngineInput {
  host: Host;
  engine: MissingEngine;
  env: NodeJS.ProcessEnv;
  processes: Processes;
  clock: Clock;
  /** Told of each command before it runs, as a person would type it. */
  onCommand: (command: string) => void;
  /** Told of each line that a command prints. */
  onLine?: (line: string) => void;
  /** Takes effect between two commands: a package installation that is cut off leaves a broken system. */
  signal: AbortSignal;
}

/**
 * `ready`: it answers. `group`: it answers members of group docker, and this person now is one, but
 * not this process: what needs the engine has to be started under the group (docker-group.ts).
 */
export type Provided = 'ready' | 'group';

/**
 * Walks the first road that leads to an engine: the distribution's packages, else Docker's own; what
 * is installed is only started. Needs root or a sudo that does not ask.
 * Throws a Failure that names the command that did not work, with the last lines it printed.
 */
export async function provideEngine(input: ProvideEngineInput): Promise<Provided> {
  const roads = engineRoads(input.host, input.engine).filter(
    ({ walks, id }) => walks === 'here' && id !== 'desktop',
  );
  let failure: unknown = cannotHelp(input.engine);
  for (const road of roads) {
    try {
      return await walkRoad(road, input);
    } catch (error) {
      input.signal.throwIfAborted();
      if (!(error instanceof Failure) || error.code !== 'engine-install-failed') throw error;
      failure = error;
    }
  }
  throw failure;
}

/** Walks one road to its end. Throws a Failure, or the signal's reason. */
export async function walkRoad(road: EngineRoad, input: ProvideEngineInput): Promise<Provided> {
  if (road.id === 'session-group') return 'group';
  if (road.id === 'group') {
    for (const command of road.commands) await perform(command, input);
    return 'group';
  }
  // These two depend on what is found after the others.
  const later = [startCommand(input.host), joinGroup(input.host)].map(({ argv }) => argv.join(' '));
  for (const command of road.commands) {
    if (!later.includes(command.argv.join(' '))) await perform(command, input);
  }
  if (road.id === 'desktop') return answered(await waitForAnswer(input, DESKTOP_LIMIT_MS), input);
  return answered(await startEngine(input), input);
}

function cannotHelp(engine: MissingEngine): Failure {
  return new Failure({
    code: engineProblemCodes[engine.state],
    sentence: engine.sentence,
    proof: engine.proof,
    cause: 'This program cannot change that: it installs and starts an engine on Linux.',
    fixes: engine.fixes,
  });
}

async function perform(command: RoadCommand, input: ProvideEngineInput): Promise<void> {
  input.signal.throwIfAborted();
  const [file, ...args] = asRoot(command);
  input.onCommand(shownCommand(command, isRoot()));
  const ended = await streamed(file, args, input);
  if (ended.exitCode === 0) return;
  if (command.optional) return input.onLine?.('It goes on without that.');
  const proof = `${ended.stdout}\n${ended.stderr}`.trim().split('\n').slice(-3).join('\n');
  if (/^sudo: /m.test(proof)) throw noRoot(proof);
  throw new Failure({
    code: 'engine-install-failed',
    sentence: `Docker is not installed: \`${command.argv.join(' ')}\` ended with ${ended.errno ?? ended.exitCode ?? 'a signal'}.`,
    proof: proof || command.argv.join(' '),
    fixes: input.engine.fixes,
  });
}

/** A run has no terminal that a password could be typed into; the wizard has one. */
function noRoot(proof: string): Failure {
  return new Failure({
    code: 'engine-install-failed',
    sentence: 'Installing Docker needs root rights, and sudo gives them only for a password.',
    proof,
    fixes: [
      { label: 'Let the wizard ask for it', command: 'steadydancer' },
      { label: 'Run it as root', command: 'sudo steadydancer run --install-docker' },
    ],
  });
}

async function streamed(
  file: string,
  args: string[],
  { processes, env, onLine }: ProvideEngineInput,
): Promise<Ended> {
  const running = processes.start(file, args, {
    timeoutMs: INSTALL_LIMIT_MS,
    env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (onLine) {
    for (const input of [running.stdout, running.stderr]) {
      createInterface({ input }).on('line', onLine);
    }
  }
  return running.ended;
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function asRoot({ argv, root }: RoadCommand): [string, ...string[]] {
  // -n: where a password is needed it was asked for before, on the terminal (`sudo -v`).
  return !root || isRoot() ? argv : ['sudo', '-n', ...argv];
}

/** Starts by what starts services here, else plain dockerd; then waits for its first answer. */
async function startEngine(input: ProvideEngineInput): Promise<EngineState> {
  const running = await ask(input);
  // Debian's package starts it by itself where there is an init.
  if (answers(running)) return running;
  await perform({ ...startCommand(input.host), optional: true }, input);
  const engine = await waitForAnswer(input, SERVICE_LIMIT_MS);
  if (answers(engine) || input.host.systemd) return engine;
  // A container without an init script that works there: the daemon itself, in a session of its own.
  await perform(daemonCommand, input);
  return waitForAnswer(input, START_LIMIT_MS);
}

function ask({ env, host, processes, clock, signal }: ProvideEngineInput): Promise<EngineState> {
  return observeEngine({ env, host, processes, clock, signal, timeoutMs: 2_000 });
}

/** It runs; whether this process may use it is another matter. */
function answers({ state }: EngineState): boolean {
  return state === 'ready' || state === 'no-permission';
}

async function waitForAnswer(input: ProvideEngineInput, limitMs: number): Promise<EngineState> {
  const { clock, signal } = input;
  const until = clock.monotonicMs() + limitMs;
  for (;;) {
    const engine = await ask(input);
    if (answers(engine) || clock.monotonicMs() > until) return engine;
    await clock.sleep(POLL_MS, signal);
  }
}

async function answered(engine: EngineState, input: ProvideEngineInput): Promise<Provided> {
  if (engine.state === 'ready') return 'ready';
  if (engine.state === 'no-permission') {
    await perform(joinGroup(input.host), input);
    return 'group';
  }
  throw new Failure({
    code: 'engine-start-failed',
    sentence: 'Docker is installed, but its engine gives no answer after it was started.',
    proof: engine.proof,
    fixes: [{ label: 'Read its log', command: `tail -n 30 ${DAEMON_LOG}` }, ...engine.fixes],
  });
}
