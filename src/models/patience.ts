import type { Failure } from '../contract/failure.ts';
import type { DownloadLimits } from './types.ts';

/** Answers that will hardly become better by waiting are asked for so many times only. */
const IMPATIENT_TRIES = 4;

export interface Setback {
  failure: Failure;
  /** When the request began, by the monotonic clock. */
  startedMs: number;
  /** What the server asked to wait; null when it did not say. */
  afterMs: number | null;
  patient: boolean;
}

/** How long to wait after a failure, and when to give up: after many in a row without a new byte. */
export class Patience {
  readonly #limits: Pick<DownloadLimits, 'backoffMs' | 'backoffMaxMs' | 'patience'>;
  readonly #nowMs: () => number;
  readonly #random: () => number;
  #streaks = new Map<string, { count: number; atMs: number }>();

  constructor(
    limits: Pick<DownloadLimits, 'backoffMs' | 'backoffMaxMs' | 'patience'>,
    nowMs: () => number,
    random: () => number = Math.random,
  ) {
    this.#limits = limits;
    this.#nowMs = nowMs;
    this.#random = random;
  }

  progress(): void {
    if (this.#streaks.size > 0) this.#streaks.clear();
  }

  /** Milliseconds to wait. @throws the failure when it has come too often */
  after(setback: Setback): number {
    const { backoffMs, backoffMaxMs, patience } = this.#limits;
    const code = setback.failure.code;
    const streak = this.#streaks.get(code) ?? { count: 0, atMs: Number.NEGATIVE_INFINITY };
    // Eight connections that break together are one failure.
    if (setback.startedMs >= streak.atMs) {
      streak.count += 1;
      streak.atMs = this.#nowMs();
    }
    this.#streaks.set(code, streak);
    const tries = setback.patient ? patience : Math.min(IMPATIENT_TRIES, patience);
    if (streak.count >= tries) throw setback.failure;
    const backoff = Math.min(backoffMaxMs, backoffMs * 2 ** (streak.count - 1));
    const jittered = backoff * (0.5 + this.#random() / 2);
    return setback.afterMs === null ? jittered : setback.afterMs + this.#random() * backoffMs;
  }
}
