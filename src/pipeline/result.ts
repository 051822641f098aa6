import type { Diagnosis } from '../contract/diagnosis.ts';
import { exitCodes } from '../contract/exit-codes.ts';
import { Failure, UsageError } from '../contract/failure.ts';
import { type PhaseId, phaseExitCodes } from '../contract/ids.ts';
import type { ResultBody } from '../contract/result.ts';
import { Cancelled } from './cancel.ts';

/** A result of which nothing is known yet: what a usage error or an early signal leaves. */
export const emptyResult: ResultBody = {
  ok: false,
  exitCode: exitCodes.bug,
  runId: null,
  runDir: null,
  planDigest: null,
  summary: '',
  image: null,
  container: null,
  url: null,
  asked: {},
  built: {},
  phases: [],
  smoke: [],
  outputs: [],
  diagnoses: [],
};

/** What stopped a run, as the result tells it. */
export interface Ending {
  exitCode: number;
  summary: string;
  diagnoses: Diagnosis[];
  phase?: PhaseId;
}

/** Turns whatever stopped a run into exit code, one sentence and diagnoses. */
export function endingOf(failure: unknown, failedPhase: PhaseId | null): Ending {
  const phase = failedPhase === null ? {} : { phase: failedPhase };
  if (failure instanceof Cancelled) {
    const where = failedPhase === null ? '' : ` during ${failedPhase}`;
    return {
      exitCode: failure.exitCode,
      summary: `Stopped${where}${wayOf(failure)}; finished steps are kept.`,
      diagnoses: [],
      ...phase,
    };
  }
  if (failure instanceof Failure) {
    const at = failure.details.phase ?? failedPhase;
    return {
      exitCode: failure.details.exitCode ?? (at === null ? exitCodes.prepare : phaseExitCodes[at]),
      summary: failure.message,
      diagnoses: [failure.toDiagnosis()],
      ...(at === null ? {} : { phase: at }),
    };
  }
  if (failure instanceof UsageError) {
    return { exitCode: exitCodes.usage, summary: failure.message, diagnoses: [] };
  }
  const full = diskFull(failure);
  if (full) return endingOf(full, failedPhase);
  const message = failure instanceof Error ? failure.message : String(failure);
  return {
    exitCode: exitCodes.bug,
    summary: `This is a bug in steadydancer: ${message.split('\n')[0]} (runner.log in the run's folder has more)`,
    diagnoses: [],
    ...phase,
  };
}

/** Ctrl-C and `q` are a person's wish; the other signals come from elsewhere. */
function wayOf({ by }: Cancelled): string {
  return by === 'SIGINT' ? ', as asked' : ` by ${by}`;
}

/** A full disk is no bug, wherever it was met. */
function diskFull(failure: unknown): Failure | null {
  const { code, path, message } = (failure ?? {}) as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return null;
  return new Failure({
    code: 'disk-full-state',
    sentence: `The disk${path ? ` of ${path}` : ''} is full: what a run keeps could not be written.`,
    proof: message,
    fixes: [{ label: 'See what can be removed', command: 'steadydancer clean' }],
    exitCode: exitCodes.disk,
  });
}
