import { join } from 'node:path';
import type { Event } from '../contract/events.ts';
import { EVENTS_VERSION } from '../contract/events.ts';
import { type EndingSignal, exitCodes, signalExitCodes } from '../contract/exit-codes.ts';
import { emptyResult } from '../pipeline/result.ts';
import { systemClock } from '../ports/clock.ts';
import { sendControl } from '../runner/control-client.ts';
import type { ControlMessage } from '../runner/control-protocol.ts';
import { followEvents } from '../runner/follow.ts';
import { processLives, processStartedAt, runFiles } from '../runner/run-record.ts';
import type { SignalInbox } from './signal-inbox.ts';

/** Signals closer together than this are one wish. */
const ONE_KEYPRESS_MS = 700;
const TRY_AGAIN_MS = 50;

/** A run's folder and the process that does it. */
export interface FollowedRun {
  runId: string;
  runDir: string;
  pid: number;
}

export interface FrontOptions {
  /** What SIGINT and SIGTERM of the front-end mean: stop the run, or leave it. */
  onSignal: 'stop' | 'leave';
  print: (event: Event) => void;
  /** Has taken signals since before the run was started. */
  inbox: SignalInbox;
}

/**
 * Follows a run to its result and hands each event on. Always ends with a result, also when the
 * run's process was killed or this front-end is ended by a signal. Gives the exit code.
 */
export async function followRun(run: FollowedRun, options: FrontOptions): Promise<number> {
  const left = new AbortController();
  let signalled: EndingSignal | null = null;
  let signalledAt = 0;
  const onSignal = (signal: EndingSignal) => {
    // One Ctrl-C can come twice: from the terminal, and passed on by npm.
    const again = signalled !== null;
    if (again && systemClock.monotonicMs() - signalledAt < ONE_KEYPRESS_MS) return;
    signalledAt = systemClock.monotonicMs();
    // The second one does not wait for a clean end.
    const force = again;
    signalled = signal;
    // A closed terminal is not a wish to stop: the run goes on and can be attached to.
    if (signal === 'SIGHUP' || options.onSignal === 'leave') return left.abort();
    void sayUntilHeard(run, { type: 'cancel', signal, force }, startedAt);
  };
  const startedAt = processStartedAt(run.pid);
  const release = options.inbox.handOver(onSignal);
  try {
    const events = followEvents(join(run.runDir, runFiles.events), {
      clock: systemClock,
      signal: left.signal,
      alive: () => processLives(run.pid, startedAt),
    });
    for await (const event of events) {
      options.print(event);
      if (event.type === 'result') return event.exitCode;
    }
  } finally {
    release();
  }
  const result = signalled ? leftResult(run, signalled) : killedResult(run);
  options.print(result);
  return result.exitCode;
}

type ResultEvent = Extract<Event, { type: 'result' }>;

/** The result in a run's journal, null while there is none. */
export async function resultOf({ runDir }: FollowedRun): Promise<ResultEvent | null> {
  const file = join(runDir, runFiles.events);
  for await (const event of followEvents(file, { clock: systemClock, alive: () => false })) {
    if (event.type === 'result') return event;
  }
  return null;
}

/** A run that was just started does not listen yet: a wish to stop it must not be lost. */
async function sayUntilHeard(
  run: FollowedRun,
  message: ControlMessage,
  startedAt: string | null,
): Promise<void> {
  while (!(await sendControl(run.runDir, message)).ok) {
    if (!processLives(run.pid, startedAt)) return;
    await systemClock.sleep(TRY_AGAIN_MS);
  }
}

/** A result that no run wrote: usage errors, signals, a run that was killed. */
export function frontResult(body: Partial<ResultEvent>): ResultEvent {
  const at = new Date().toISOString();
  return { v: EVENTS_VERSION, at, type: 'result', ...emptyResult, ...body };
}

function leftResult(run: FollowedRun, signal: EndingSignal): ResultEvent {
  return frontResult({
    runId: run.runId,
    runDir: run.runDir,
    exitCode: signalExitCodes[signal],
    summary: `Left by ${signal}; the run goes on: steadydancer attach`,
  });
}

function killedResult(run: FollowedRun): ResultEvent {
  return frontResult({
    runId: run.runId,
    runDir: run.runDir,
    exitCode: exitCodes.bug,
    summary: `The process of run ${run.runId} ended without a result (killed?); run again: what is done is kept.`,
  });
}
