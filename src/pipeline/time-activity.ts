import type { SolveEvent } from '../build/types.ts';
import type { Clock } from '../ports/clock.ts';

/** A rate is that of the last ten seconds. */
const WINDOW_MS = 10_000;

/** Whether a build is still moving: when it last said anything, and how fast its bytes come. */
export class BuildActivity {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #progress = new Map<string, number>();
  #moved: { atMs: number; bytes: number }[] = [];
  #lastMs: number;

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
    this.#lastMs = clock.monotonicMs();
  }

  /** Monotonic time of the last line, byte or step. */
  get lastMs(): number {
    return this.#lastMs;
  }

  /** Bytes a second of pulls, downloads and exports; null when none was seen lately. */
  bytesPerSecond(now: number): number | null {
    const recent = this.#moved.filter(({ atMs }) => now - atMs <= WINDOW_MS);
    if (recent.length === 0) return null;
    return recent.reduce((sum, { bytes }) => sum + bytes, 0) / (WINDOW_MS / 1000);
  }

  /** Something else proves that it moves: the disk fills, say. */
  touch(): void {
    this.#lastMs = this.#clock.monotonicMs();
  }

  see(event: SolveEvent): void {
    if (event.type === 'status') {
      const { vertexes = [], logs = [], statuses = [] } = event.status;
      if (vertexes.length > 0 || logs.length > 0) this.touch();
      // A status is sent again and again while it stands still.
      for (const { vertex, id, current } of statuses) this.#see(`${vertex} ${id}`, current);
    } else if (event.type === 'pull') this.#see(`${event.ref} ${event.layer}`, event.current);
    else this.touch();
  }

  #see(key: string, current: number): void {
    const before = this.#progress.get(key);
    if (before === current) return;
    this.#progress.set(key, current);
    this.touch();
    const bytes = current - (before ?? 0);
    if (bytes <= 0) return;
    this.#moved.push({ atMs: this.#lastMs, bytes });
    if (this.#moved.length > 500) {
      this.#moved = this.#moved.filter(({ atMs }) => this.#lastMs - atMs <= WINDOW_MS);
    }
  }
}
