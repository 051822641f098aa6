import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { Failure } from '../contract/failure.ts';
import type { Clock } from '../ports/clock.ts';
import type { Processes } from '../ports/processes.ts';
import { observeEngine } from './engine.ts';
import { engineProblemCodes } from './problem-codes.ts';
import type { EngineState, Host, MissingEngine } from './types.ts';

/** Package mirrors are slow at times; an engine with what it needs is about 200 MB. */
const INSTALL_LIMIT_MS = 15 * 60_000;
const START_LIMIT_MS = 60_000;
const POLL_MS = 500;
const DAEMON_LOG = '/var/log/dockerd.log';

export interface ProvideEngineInput {
  host: Host;
  engine: MissingEngine;
  env: NodeJS.ProcessEnv;
  processes: Processes;
  clock: Clock;
  /** Told of each command before it runs. */
  onCommand: (command: string) => void;
  signal: AbortSignal;
}

/** One command that is run as root. */
interface RootCommand {
  argv: [string, ...string[]];
  /** Its failure is no failure of the whole: the package or the service is not known here. */
  optional: boolean;
}

/**
 * Installs and starts Docker's engine from the distribution's packages, buildx and compose with it
 * where the distribution has them, and waits until it answers. Needs root or a sudo that does not ask.
 * Throws a Failure that names the command that did not work, with the last lines it printed.
 */
export async function provideEngine(input: ProvideEngineInput): Promise<EngineState> {
  const { engine } = input;
  if (engine.state === 'absent') {
    for (const command of installCommands(input)) await runAsRoot(command, input);
  } else if (engine.state !== 'not-running') {
    throw cannotHelp(engine);
  }
  return start(input);
}

function installCommands({ host, engine }: ProvideEngineInput): RootCommand[] {
  const must = (...argv: RootCommand['argv']): RootCommand => ({ argv, optional: false });
  const may = (...argv: RootCommand['argv']): RootCommand => ({ argv, optional: true });
  for (const id of host.platform === 'linux' ? (host.distro ?? []) : []) {
    if (id === 'debian' || id === 'ubuntu') {
      // Names differ by suite: docker-cli is split off from Debian 13 on, compose v2 is Ubuntu's name.
      const extras = ['docker-cli', 'docker-buildx', 'docker-compose-v2'];
      return [
        must('apt-get', 'update', '-q'),
        must('apt-get', 'install', '-y', '-q', '--no-install-recommends', 'docker.io', 'iptables'),
        ...extras.map((name) => may('apt-get', 'install', '-y', '-q', name)),
      ];
    }
    if (id === 'fedora') return [must('dnf', 'install', '-y', 'moby-engine', 'docker-buildx')];
    if (id === 'arch') {
      return [must('pacman', '-S', '--needed', '--noconfirm', 'docker', 'docker-buildx')];
    }
    if (id === 'suse' || id.startsWith('opensuse')) {
      return [must('zypper', '--non-interactive', 'install', 'docker', 'docker-buildx')];
    }
  }
  throw cannotHelp(engine);
}

function cannotHelp(engine: MissingEngine): Failure {
  return new Failure({
    code: engineProblemCodes[engine.state],
    sentence: engine.sentence,
    proof: engine.proof,
    cause: '--install-docker cannot change this; it installs and starts an engine on Linux.',
    fixes: engine.fixes,
  });
}

async function runAsRoot({ argv, optional }: RootCommand, input: ProvideEngineInput) {
  const [file, ...args] = asRoot(argv, input.host);
  input.onCommand([file, ...args].join(' '));
  const ended = await input.processes.run(file, args, {
    timeoutMs: INSTALL_LIMIT_MS,
    signal: input.signal,
    env: { ...input.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  input.signal.throwIfAborted();
  if (ended.exitCode === 0 || optional) return;
  const proof = `${ended.stdout}\n${ended.stderr}`.trim().split('\n').slice(-3).join('\n');
  throw new Failure({
    code: 'engine-install-failed',
    sentence: `Docker could not be installed: \`${argv.join(' ')}\` ended with ${ended.errno ?? ended.exitCode}.`,
    proof: proof || argv.join(' '),
    fixes: input.engine.fixes,
  });
}

function asRoot(argv: RootCommand['argv'], host: Host): [string, ...string[]] {
  // -n: a run has no terminal that a password could be typed into.
  return process.getuid?.() === 0 || host.uid === null ? argv : ['sudo', '-n', ...argv];
}

/** Starts by what starts services here, else plain dockerd; then waits for its first answer. */
async function start(input: ProvideEngineInput): Promise<EngineState> {
  const ask = () => observeEngine({ ...input, timeoutMs: 2_000 });
  let engine = await ask();
  if (engine.state === 'ready') return engine;
  const { host } = input;
  if (host.systemd)
    await runAsRoot({ argv: ['systemctl', 'enable', '--now', 'docker'], optional: true }, input);
  else await runAsRoot({ argv: ['service', 'docker', 'start'], optional: true }, input);
  engine = await waitForAnswer(ask, input, 10_000);
  if (engine.state === 'ready' || host.systemd) return answered(engine);
  // A container without an init script that works there: the daemon itself, in a session of its own.
  startDaemon(input);
  return answered(await waitForAnswer(ask, input, START_LIMIT_MS));
}

function startDaemon({ host, onCommand }: ProvideEngineInput): void {
  const [file, ...args] = asRoot(['dockerd'], host);
  onCommand(`${[file, ...args].join(' ')} >${DAEMON_LOG} 2>&1 &`);
  const log = openSync(DAEMON_LOG, 'a');
  spawn(file, args, { detached: true, stdio: ['ignore', log, log] }).unref();
  closeSync(log);
}

async function waitForAnswer(
  ask: () => Promise<EngineState>,
  { clock, signal }: ProvideEngineInput,
  limitMs: number,
): Promise<EngineState> {
  const until = clock.monotonicMs() + limitMs;
  for (;;) {
    const engine = await ask();
    if (engine.state === 'ready' || clock.monotonicMs() > until) return engine;
    await clock.sleep(POLL_MS, signal);
  }
}

function answered(engine: EngineState): EngineState {
  if (engine.state === 'ready') return engine;
  throw new Failure({
    code: 'engine-start-failed',
    sentence: 'Docker is installed, but its engine does not answer after it was started.',
    proof: engine.proof,
    fixes: [{ label: 'Read its log', command: `tail -n 30 ${DAEMON_LOG}` }, ...engine.fixes],
  });
}
