import { spawn } from 'node:child_process';
import type { Io } from '../src/commands/io.ts';
import type { Choices } from '../src/contract/choices.ts';
import { defaultChoices } from '../src/contract/choices.ts';
import { allChecks } from '../src/doctor/checks/index.ts';
import { examine } from '../src/doctor/examine.ts';
import { walkRoad } from '../src/machine/provide-engine.ts';
import type { Machine } from '../src/machine/types.ts';
import { planHere } from '../src/pipeline/planning.ts';
import { systemClock } from '../src/ports/clock.ts';
import { systemProcesses } from '../src/ports/processes.ts';
import { places } from '../src/profiles/places.ts';
import { beginRun } from '../src/runner/begin-run.ts';
import { newRunId } from '../src/runner/new-run.ts';
import { runRequestSchema } from '../src/runner/request.ts';
import { runDeps } from './connect-run.ts';
import type { CheckRow, RootRights, Seen, WizardDeps } from './deps.ts';

/** Rows of the machine page, in the order of MOCKUPS A2; `doctor` shows all of them. */
const ROWS = [
  'gpu',
  'gpu-driver',
  'engine',
  'gpu-in-containers',
  'disk-docker',
  'memory',
  'port',
  'token',
];
/** The world as the wizard sees it. */
export function wizardDeps(
  io: Io,
  version: string,
  from: { profile: string | null; choices: Choices },
): WizardDeps {
  const { runs: runsDir } = places(io.env, io.home);
  return {
    ...runDeps(io),
    version,
    ...from,
    observe: (onSeen, signal) => observeRows(io, from.choices, onSeen, signal),
    plan: async (choices) => {
      const asked = { choices, profile: from.profile, cwd: io.cwd, home: io.home, runsDir };
      const never = new AbortController().signal;
      const ports = { env: io.env, clock: systemClock, processes: systemProcesses };
      return (await planHere(asked, ports, never)).planned;
    },
    startRun: async () => {
      const runId = newRunId(new Date());
      // What the screens do not ask about is as the schema has it.
      const asked = { v: 1, runId, ...from, cwd: io.cwd, answers: 'person' };
      const request = runRequestSchema.parse(asked);
      await beginRun(runsDir, request, io.env);
      return { runId };
    },
    walkRoad: (road, machine, onLine, signal) => {
      const { host, engine } = machine as Machine;
      if (engine.state === 'ready') return Promise.resolve('ready');
      const ports = { env: io.env, clock: systemClock, processes: systemProcesses };
      const onCommand = (command: string) => onLine(`$ ${command}`);
      return walkRoad(road, { ...ports, host, engine, onCommand, onLine, signal });
    },
    rootRights,
    askPassword,
  };
}

async function rootRights(): Promise<RootRights> {
  if (process.getuid?.() === 0) return 'have';
  const { exitCode, errno } = await systemProcesses.run('sudo', ['-n', 'true']);
  if (exitCode === 0) return 'have';
  return errno === undefined ? 'password' : 'none';
}

/** sudo remembers the answer for this terminal, so that `sudo -n` works for the commands after it. */
function askPassword(): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('sudo', ['-v'], { stdio: 'inherit' });
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
}

async function observeRows(
  io: Io,
  choices: Choices,
  onSeen: (seen: Seen) => void,
  signal: AbortSignal,
): Promise<Seen> {
  const rows: CheckRow[] = ROWS.flatMap((id) => {
    const check = allChecks.find((one) => one.id === id);
    return check ? [{ id, title: check.title, status: 'checking' as const, detail: '' }] : [];
  });
  onSeen({ machine: {}, checks: [...rows] });
  const { machine } = await examine({
    env: io.env,
    processes: systemProcesses,
    clock: systemClock,
    port: choices.port ?? defaultChoices.port,
    network: false,
    signal,
    ...(io.env.SUDO_USER ? {} : { home: io.home }),
    onResult: ({ group: _group, ms: _ms, ...result }) => {
      const at = rows.findIndex(({ id }) => id === result.id);
      if (at === -1) return;
      rows[at] = result;
      onSeen({ machine: {}, checks: [...rows] });
    },
  });
  return { machine, checks: [...rows] };
}
