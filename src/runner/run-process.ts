import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type EndingSignal, signalExitCodes } from '../contract/exit-codes.ts';
import { Failure } from '../contract/failure.ts';
import { Valve } from '../models/valve.ts';
import { Cancelled } from '../pipeline/cancel.ts';
import { DownloadPauses } from '../pipeline/download-pauses.ts';
import { Ballast } from '../pipeline/free-space-ballast.ts';
import { GroupNeeded } from '../pipeline/group-needed.ts';
import { emptyResult, endingOf } from '../pipeline/result.ts';
import { executeRun } from '../pipeline/run.ts';
import { systemClock } from '../ports/clock.ts';
import { systemProcesses } from '../ports/processes.ts';
import { giveToCaller } from '../ports/sudo.ts';
import { contextsDir } from '../profiles/places.ts';
import type { ControlReply } from './control-protocol.ts';
import { listenForControl, type ReceivedControl } from './control-server.ts';
import { Journal } from './journal.ts';
import { Questions } from './questions.ts';
import { type RunRequest, runRequestSchema } from './request.ts';
import { ResultReserve } from './result-reserve.ts';
import { processStartedAt, readRunRecord, runFiles, writeRunRecord } from './run-record.ts';
import { runUnderGroup } from './under-group.ts';

/** How long a cancelled run may take to leave the world as it found it. */
const CANCEL_LIMIT_MS = 60_000;

/**
 * The run's own process: reads its request, does the work, writes every event to the journal and
 * listens on control.sock. Gives the exit code. The last event is always the result.
 * `exitNow` is for a forced stop, when nothing is waited for any more.
 */
export async function runProcess(
  runDir: string,
  exitNow: (exitCode: number) => void,
): Promise<number> {
  const journal = new Journal(join(runDir, runFiles.events), systemClock);
  const ballast = new Ballast(runDir);
  journal.onFull = () => ballast.release();
  const reserve = new ResultReserve(join(runDir, runFiles.reserve));
  reserve.take();
  const valve = new Valve();
  const pauses = new DownloadPauses(valve);
  const cancel = new AbortController();
  // A terminal that goes away, or a front-end that dies, is not a reason to stop.
  process.on('SIGHUP', () => {});
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => cancel.abort(new Cancelled(signal)));
  }
  const finish = (result: Parameters<typeof journal.emit>[0] & { type: 'result' }): number => {
    reserve.release();
    journal.end(result);
    return result.exitCode;
  };

  let request: RunRequest | null = null;
  let control: { close(): void } | null = null;
  try {
    request = runRequestSchema.parse(
      JSON.parse(await readFile(join(runDir, runFiles.request), 'utf8')),
    );
    await record(runDir, request, null);
    const questions = new Questions(request.answers, journal.emit);
    const forced = (by: EndingSignal) => {
      exitNow(finish(forcedResult(request, runDir, by)));
    };
    control = await listenForControl(join(runDir, runFiles.control), (message) =>
      handle(message, cancel, questions, pauses, forced),
    );
    const known = request;
    const result = await executeRun({
      request,
      runDir,
      runsDir: join(runDir, '..'),
      ports: { env: process.env, clock: systemClock, processes: systemProcesses },
      emit: journal.emit,
      ask: (question) => questions.ask(question, cancel.signal),
      onPlanned: (planDigest) => record(runDir, known, planDigest),
      onBug: logBug,
      valve,
      pauses,
      ballast,
      signal: cancel.signal,
    });
    if (result.diagnoses[0]?.code === 'run-already-running')
      await record(runDir, known, null, true);
    return finish({ type: 'result', ...result });
  } catch (caught) {
    let error = caught;
    if (caught instanceof GroupNeeded) {
      control?.close();
      control = null;
      const ended = await runUnderGroup(runDir, caught, cancel.signal);
      // The process under the group has written the events, the result among them.
      if (typeof ended === 'number') return ended;
      error = ended;
    }
    if (!(error instanceof Failure)) logBug(error);
    const { exitCode, summary, diagnoses } = endingOf(error, null);
    const ids = { runId: request?.runId ?? null, runDir };
    return finish({ type: 'result', ...emptyResult, ...ids, exitCode, summary, diagnoses });
  } finally {
    control?.close();
    // The front-end may be gone: under sudo what this process wrote is the person's as well.
    for (const folder of [runDir, contextsDir(dirname(runDir))]) giveToCaller(folder);
  }
}

function handle(
  message: ReceivedControl,
  cancel: AbortController,
  questions: Questions,
  pauses: DownloadPauses,
  forced: (by: EndingSignal) => void,
): ControlReply {
  switch (message.type) {
    case 'cancel':
      if (message.force) setImmediate(forced, message.signal);
      else setTimeout(forced, CANCEL_LIMIT_MS, message.signal).unref();
      cancel.abort(new Cancelled(message.signal));
      return { ok: true };
    case 'answer': {
      const why = questions.answer(message.id, message.answer);
      return why === null ? { ok: true } : { ok: false, why };
    }
    case 'pause':
      pauses.pause('person');
      return { ok: true };
    case 'resume':
      pauses.resume('person');
      return { ok: true };
    default:
      return message satisfies never;
  }
}

/** This process's stderr is runner.log. */
function logBug(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${text}\n`);
}

async function record(
  runDir: string,
  request: RunRequest,
  planDigest: string | null,
  refused = false,
) {
  // What who started it had seen stays.
  const driver = (await readRunRecord(runDir))?.driver;
  await writeRunRecord(runDir, {
    id: request.runId,
    pid: process.pid,
    pidStartedAt: processStartedAt(process.pid),
    startedAt: new Date().toISOString(),
    profile: request.profile,
    recipe: request.choices.recipe ?? 'steadydancer',
    planDigest,
    choices: request.choices,
    ...(refused ? { refused } : {}),
    ...(driver ? { driver } : {}),
  });
}

function forcedResult(request: RunRequest | null, runDir: string, by: EndingSignal) {
  return {
    type: 'result' as const,
    ...emptyResult,
    runId: request?.runId ?? null,
    runDir,
    exitCode: signalExitCodes[by],
    summary: 'Stopped at once; the next run finds what is left and goes on from there.',
  };
}
