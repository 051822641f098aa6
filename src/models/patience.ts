import type { Failure } from '../contract/failure.ts';
import { networkFailure, networkTrouble, type Reach } from './reach.ts';
import type { DownloadLimits } from './types.ts';
import type { NetworkError } from './web.ts';

/** Answers that will hardly become better by waiting are asked for so many times only. */
const IMPATIENT_TRIES = 4;

export interface Setback {
  failure: Failure;
  /** When the request began, by the monotonic clock. */
  startedMs: number;
  /** What the server asked to wait; null when it did not say. */
  afterMs: number | null;
  patient: boolean;
  /** Not more often than so, whatever the limits say. */
  most?: number | null;
  /** What it is while it is tried again, where the failure's sentence would say too much. */
  trouble?: string;
  /** It comes in the ordinary course: told only when it comes twice in a row. */
  usual?: boolean;
}

/** A wait that has begun. */
export interface Wait {
  trouble: string;
  ms: number;
  /** How often it has come in a row, of how often it may. */
  count: number;
  tries: number;
}

/** How long to wait after a failure, and when to give up: after many in a row without a new byte. */
export class Patience {
  readonly #limits: Pick<DownloadLimits, 'backoffMs' | 'backoffMaxMs' | 'patience'>;
  readonly #nowMs: () => number;
  readonly #random: () => number;
  readonly #told: (wait: Wait) => void;
  #moved = false;
  #streaks = new Map<string, { count: number; atMs: number }>();

  constructor(
    limits: Pick<DownloadLimits, 'backoffMs' | 'backoffMaxMs' | 'patience'>,
    nowMs: () => number,
    random: () => number = Math.random,
    told: (wait: Wait) => void = () => undefined,
  ) {
    this.#limits = limits;
    this.#nowMs = nowMs;
    this.#random = random;
    this.#told = told;
  }

  progress(): void {
    this.#moved = true;
    if (this.#streaks.size > 0) this.#streaks.clear();
  }

  /** Milliseconds to wait. @throws the failure when it has come too often */
  after(setback: Setback): number {
    const { backoffMs, backoffMaxMs, patience } = this.#limits;
    const code = setback.failure.code;
    const streak = this.#streaks.get(code) ?? { count: 0, atMs: Number.NEGATIVE_INFINITY };
    // Eight connections that break together are one failure.
    const counts = setback.startedMs >= streak.atMs;
    if (counts) {
      streak.count += 1;
      streak.atMs = this.#nowMs();
    }
    this.#streaks.set(code, streak);
    const most = setback.most ?? (setback.patient ? patience : IMPATIENT_TRIES);
    const tries = Math.min(most, patience);
    if (streak.count >= tries) throw setback.failure;
    const backoff = Math.min(backoffMaxMs, backoffMs * 2 ** (streak.count - 1));
    const jittered = backoff * (0.5 + this.#random() / 2);
    const ms = setback.afterMs === null ? jittered : setback.afterMs + this.#random() * backoffMs;
    // One of eight connections that breaks and goes on at once is no news.
    const news = streak.count > 1 || !(this.#moved || setback.usual);
    if (counts && news) {
      const trouble = setback.trouble ?? setback.failure.message.replace(/\.$/, '');
      this.#told({ trouble, ms, count: streak.count, tries });
    }
    return ms;
  }
}

/**
 * Milliseconds to wait after an error of the network.
 * @throws Failure when it has come too often
 */
export function networkSetback(
  error: NetworkError,
  file: string,
  startedMs: number,
  patience: Patience,
  reach: Reach,
): number {
  const failure = networkFailure(file, error);
  const [most, trouble] = [reach.tries(error), networkTrouble(error)];
  try {
    return patience.after({ failure, startedMs, afterMs: null, patient: true, most, trouble });
  } catch (given) {
    reach.giveUp(error, failure);
    throw given;
  }
}

/** Words for a person who waits: `vae/x.bin: no answer from host (…), again in 8 s (3 of 6)`. */
export function waitWords(file: string, { trouble, ms, count, tries }: Wait): string {
  return `${file}: ${trouble}, again in ${Math.ceil(ms / 1000)} s (${count} of ${tries})`;
}
