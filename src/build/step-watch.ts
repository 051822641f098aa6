import { isCancellation } from './evidence.ts';
import type { SolveEvent } from './types.ts';

/** Counts a build's steps and remembers the one that failed, for what is said at the end. */
export class StepWatch {
  readonly #steps = new Map<string, { name: string; done: boolean }>();
  #failed: { digest: string; name: string } | null = null;
  #running: string | null = null;
  #runningSince: number | null = null;

  see(event: SolveEvent): void {
    if (event.type !== 'status') return;
    for (const { digest, name, completed, started, error } of event.status.vertexes ?? []) {
      const done = completed !== undefined && !error;
      const known = this.#steps.get(digest);
      this.#steps.set(digest, { name, done: done || (known?.done ?? false) });
      if (error && !isCancellation(error)) this.#failed ??= { digest, name };
      if (started === undefined || done) continue;
      if (this.#running !== name) this.#runningSince = Date.parse(started);
      this.#running = name;
    }
  }

  get failed(): { digest: string; name: string } | null {
    return this.#failed;
  }

  /** Name of the step that was begun last. */
  get running(): string | null {
    return this.#running;
  }

  /** Milliseconds since that step began, by BuildKit's clock against `now`; 0 where none has. */
  runningMs(now: Date): number {
    return this.#runningSince === null ? 0 : Math.max(0, now.getTime() - this.#runningSince);
  }

  get done(): number {
    return [...this.#steps.values()].filter(({ done }) => done).length;
  }

  get total(): number {
    return this.#steps.size;
  }
}
