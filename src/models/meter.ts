import type { Emit } from '../contract/events.ts';
import type { Clock } from '../ports/clock.ts';
import type { ModelState } from './types.ts';

/** At most four progress events a second for a file; a new state is told at once. */
const EVERY_MS = 250;
/** The rate is that of about the last so many milliseconds. */
const MEMORY_MS = 3_000;

/** Tells how far one file is. */
export class Meter {
  readonly #file: string;
  readonly #emit: Emit;
  readonly #clock: Clock;
  #state: ModelState | null = null;
  #bytes = 0;
  #totalBytes: number | null;
  #rate = 0;
  #last = { atMs: Number.NEGATIVE_INFINITY, bytes: 0 };

  constructor(file: string, totalBytes: number | null, emit: Emit, clock: Clock) {
    this.#file = file;
    this.#totalBytes = totalBytes;
    this.#emit = emit;
    this.#clock = clock;
  }

  /** Of the size that is known; 0 when none is. */
  get missingBytes(): number {
    return Math.max(0, (this.#totalBytes ?? 0) - this.#bytes);
  }

  state(state: ModelState, bytes = this.#bytes, totalBytes = this.#totalBytes): void {
    const same = state === this.#state && totalBytes === this.#totalBytes;
    this.#totalBytes = totalBytes;
    this.#bytes = bytes;
    if (same) {
      this.progress(bytes);
      return;
    }
    this.#state = state;
    this.#rate = 0;
    this.#tell(this.#clock.monotonicMs());
  }

  progress(bytes: number): void {
    this.#bytes = bytes;
    const now = this.#clock.monotonicMs();
    const ms = now - this.#last.atMs;
    if (this.#state === null || ms < EVERY_MS) return;
    const rate = (Math.max(0, bytes - this.#last.bytes) / ms) * 1000;
    const weight = this.#rate === 0 ? 1 : Math.min(1, ms / MEMORY_MS);
    this.#rate = this.#rate * (1 - weight) + rate * weight;
    this.#tell(now);
  }

  #tell(nowMs: number): void {
    if (this.#state === null) return;
    this.#last = { atMs: nowMs, bytes: this.#bytes };
    this.#emit({
      type: 'model',
      file: this.#file,
      state: this.#state,
      bytes: this.#bytes,
      totalBytes: this.#totalBytes,
      bytesPerSecond: Math.round(this.#rate),
    });
  }
}
