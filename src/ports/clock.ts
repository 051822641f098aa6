import { setTimeout as delay } from 'node:timers/promises';

/** Time as a port: tests pass their own. */
export interface Clock {
  now(): Date;
  /** Milliseconds that never go back. */
  monotonicMs(): number;
  /** Rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal ? { signal } : {});
  },
};
