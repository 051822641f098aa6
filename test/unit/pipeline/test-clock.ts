import type { Clock } from '../../../src/ports/clock.ts';

/** A clock that stands until it is moved; the port's own contract is tested on the real one. */
export class TestClock implements Clock {
  #ms = 0;
  #sleepers: { untilMs: number; wake: () => void }[] = [];

  now(): Date {
    return new Date(Date.UTC(2026, 10, 24) + this.#ms);
  }

  monotonicMs(): number {
    return this.#ms;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((wake, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      this.#sleepers.push({ untilMs: this.#ms + ms, wake });
    });
  }

  /** Lets everything that waits for no time run. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  }

  /** Moves on, waking each sleeper at its own time. */
  async advance(ms: number): Promise<void> {
    const until = this.#ms + ms;
    for (;;) {
      await this.settle();
      const next = this.#sleepers
        .filter(({ untilMs }) => untilMs <= until)
        .sort((a, b) => a.untilMs - b.untilMs)[0];
      if (!next) break;
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== next);
      this.#ms = Math.max(this.#ms, next.untilMs);
      next.wake();
    }
    this.#ms = until;
    await this.settle();
  }
}
