import type { Emit } from '../contract/events.ts';
import type { Clock } from '../ports/clock.ts';

export interface Progress {
  vertex: string;
  id: string;
  current: number;
  total: number;
  completed: boolean;
}

interface Seen {
  atMs: number;
  current: number;
  total: number;
}

/** At most ten a second for each id. */
const PERIOD_MS = 100;

/** Lets progress through at a pace that a reader can follow; the last value always comes. */
export class ProgressThrottle {
  readonly #emit: Emit;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #seen = new Map<string, Seen>();
  readonly #waiting = new Map<string, Progress>();

  constructor(emit: Emit, clock: Pick<Clock, 'monotonicMs'>) {
    this.#emit = emit;
    this.#clock = clock;
  }

  push(progress: Progress): void {
    const key = keyOf(progress);
    const seen = this.#seen.get(key);
    const now = this.#clock.monotonicMs();
    if (seen && seen.current === progress.current && seen.total === progress.total) {
      this.#waiting.delete(key);
      return;
    }
    if (!seen || progress.completed || now - seen.atMs >= PERIOD_MS) this.#send(progress, now);
    else this.#waiting.set(key, progress);
  }

  /** Sends what was held back long enough. */
  due(): void {
    if (this.#waiting.size === 0) return;
    const now = this.#clock.monotonicMs();
    for (const [key, progress] of this.#waiting) {
      const seen = this.#seen.get(key);
      if (!seen || now - seen.atMs >= PERIOD_MS) this.#send(progress, now);
    }
  }

  /** Sends what is held back, of one step or of all. */
  flush(vertex?: string): void {
    const now = this.#clock.monotonicMs();
    for (const progress of [...this.#waiting.values()]) {
      if (vertex === undefined || progress.vertex === vertex) this.#send(progress, now);
    }
  }

  #send(progress: Progress, now: number): void {
    const { vertex, id, current, total } = progress;
    this.#waiting.delete(keyOf(progress));
    this.#seen.set(keyOf(progress), { atMs: now, current, total });
    this.#emit({ type: 'build.progress', vertex, id, current, total });
  }
}

function keyOf({ vertex, id }: Progress): string {
  return `${vertex} ${id}`;
}
