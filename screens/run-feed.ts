import type { Event } from '../src/contract/events.ts';
import { reduceRun } from '../src/pipeline/reducer.ts';
import { emptyRunState, type RunState } from '../src/pipeline/run-state.ts';

/** Screens hear of changes at most this often, however many lines a second a build prints. */
const NOTIFY_EVERY_MS = 80;

/** A run's state as it grows. Folding is immediate, telling is by timer; a result is told at once. */
export class RunFeed {
  #state = emptyRunState;
  #shown = emptyRunState;
  #timer: NodeJS.Timeout | undefined;
  readonly #listeners = new Set<() => void>();

  get state(): RunState {
    return this.#state;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** What listeners were told last: it stands still between two tellings. */
  readonly current = (): RunState => this.#shown;

  push(event: Event): void {
    this.#state = reduceRun(this.#state, event);
    if (event.type === 'result' || event.type === 'question') this.#tell();
    else this.#timer ??= setTimeout(() => this.#tell(), NOTIFY_EVERY_MS);
  }

  /** A new run is shown. */
  reset(): void {
    this.#state = emptyRunState;
    this.#tell();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#shown = this.#state;
    for (const listener of this.#listeners) listener();
  }
}
