import { join } from 'node:path';
import type { Io } from '../src/commands/io.ts';
import type { Choices } from '../src/contract/choices.ts';
import { defaultChoices } from '../src/contract/choices.ts';
import { allChecks } from '../src/doctor/checks/index.ts';
import { examine } from '../src/doctor/examine.ts';
import { planHere } from '../src/pipeline/planning.ts';
import { systemClock } from '../src/ports/clock.ts';
import { systemProcesses } from '../src/ports/processes.ts';
import { places } from '../src/profiles/places.ts';
import { sendControl } from '../src/runner/control-client.ts';
import { followEvents } from '../src/runner/follow.ts';
import { makeRunFolder, newRunId } from '../src/runner/new-run.ts';
import type { RunRequest } from '../src/runner/request.ts';
import { processLives, readRunRecord, runFiles } from '../src/runner/run-record.ts';
import { spawnRun } from '../src/runner/spawn-run.ts';
import type { CheckRow, RunDeps, Seen, WizardDeps } from './deps.ts';

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
/** How long a run's process may take to write its record after it was started. */
const RECORD_LIMIT_MS = 10_000;

/** The world as the screens of a run see it. */
export function runDeps(io: Io): RunDeps {
  const { runs } = places(io.env, io.home);
  return {
    clock: systemClock,
    terminal: { stdin: process.stdin, stdout: process.stdout, env: io.env },
    say: io.out,
    follow: (runId, signal) => followRun(join(runs, runId), signal),
    control: (runId, message) => sendControl(join(runs, runId), message),
  };
}

async function* followRun(runDir: string, signal: AbortSignal) {
  const until = systemClock.monotonicMs() + RECORD_LIMIT_MS;
  let record = await readRunRecord(runDir);
  yield* followEvents(join(runDir, runFiles.events), {
    clock: systemClock,
    signal,
    alive: () => {
      if (record) return processLives(record.pid, record.pidStartedAt);
      void readRunRecord(runDir).then((read) => {
        record = read;
      });
      return systemClock.monotonicMs() < until;
    },
  });
}

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
    observe: (onSeen, signal) => observeRows(io, onSeen, signal),
    plan: async (choices) => {
      const asked = { choices, profile: from.profile, cwd: io.cwd, home: io.home, runsDir };
      const never = new AbortController().signal;
      const ports = { env: io.env, clock: systemClock, processes: systemProcesses };
      return (await planHere(asked, ports, never)).planned;
    },
    startRun: async () => {
      const runId = newRunId(new Date());
      const request: RunRequest = {
        v: 1,
        runId,
        ...from,
        cwd: io.cwd,
        answers: 'person',
        stopAfter: false,
        noCache: false,
        pull: false,
        waitMinutes: 0,
        installDocker: false,
        exposeConfirmed: false,
      };
      spawnRun(await makeRunFolder(runsDir, request), io.env);
      return { runId };
    },
  };
}

async function observeRows(
  io: Io,
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
    port: defaultChoices.port,
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
