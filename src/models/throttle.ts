/** A rate limit for all connections together. */
export class Throttle {
  readonly #bytesPerSecond: number | null;
  readonly #nowMs: () => number;
  #freeAtMs = 0;

  constructor(bytesPerSecond: number | null, nowMs: () => number) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#nowMs = nowMs;
  }

  /** Milliseconds to wait after so many bytes came in. */
  waitAfter(bytes: number): number {
    if (this.#bytesPerSecond === null) return 0;
    const now = this.#nowMs();
    this.#freeAtMs = Math.max(now, this.#freeAtMs) + (bytes / this.#bytesPerSecond) * 1000;
    return this.#freeAtMs - now;
  }
}
