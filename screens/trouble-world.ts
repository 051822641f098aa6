import type { FailedRun, Retry } from '../src/troubleshoot/fixes/types.ts';
import type { Found } from '../src/troubleshoot/found.ts';
import type { LineRange } from '../src/troubleshoot/log-lines.ts';
import type { RootRights } from './deps.ts';
import type { BundleDraft, Subject } from './state/trouble.ts';

/** What the pages of a failure need of the world; loaded when the first of them is shown. */
export interface TroubleWorld {
  /** Looks, and changes nothing. Throws a Failure or a UsageError, or the signal's reason. */
  look(subject: Subject, signal: AbortSignal): Promise<Found>;
  /** Starts the next try of a failed run. */
  retry(run: FailedRun, retry: Retry): Promise<{ runId: string }>;
  /** Containers of the engine, running or not, the newest first; [] where none answers. */
  containers(signal: AbortSignal): Promise<{ name: string; status: string }[]>;
  /** The last run that failed, with its sentence. */
  lastFailed(): Promise<{ runId: string; summary: string } | null>;
  /** Lines of a log, both ends included. */
  lines(path: string, from: number, to: number): Promise<LineRange>;
  draftBundle(runId: string | null, signal: AbortSignal): Promise<BundleDraft>;
  /** Gives the bytes of the archive. */
  writeBundle(draft: BundleDraft, signal: AbortSignal): Promise<number>;
  rootRights(): Promise<RootRights>;
  /** sudo's question for a password, on the main screen. False when it was not answered. */
  askPassword(): Promise<boolean>;
}
