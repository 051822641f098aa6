import type { Event } from '../src/contract/events.ts';
import { reduceRun } from '../src/pipeline/reducer.ts';
import { emptyRunState, type RunState } from '../src/pipeline/run-state.ts';
import { LogTail } from './panes/log-tail.ts';
import { ViewStore } from './panes/view-store.ts';

/**
 * Screens hear of changes at most this often, however many lines a second a build prints: nobody
 * reads faster, and a frame costs what a key has to wait for.
 */
const NOTIFY_EVERY_MS = 150;

/** A run's state as it grows. Folding is immediate, telling is by timer; a result is told at once. */
export class RunFeed {
  /** What a person does with the panes of this run. */
  readonly view = new ViewStore();
  #state = emptyRunState;
  #shown = emptyRunState;
  #log = new LogTail();
  #timer: NodeJS.Timeout | undefined;
  readonly #listeners = new Set<() => void>();

  get state(): RunState {
    return this.#state;
  }

  /** More of the steps' output than the state keeps. */
  get log(): LogTail {
    return this.#log;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** What listeners were told last: it stands still between two tellings. */
  readonly current = (): RunState => this.#shown;

  push(event: Event): void {
    this.#state = reduceRun(this.#state, event);
    if (event.type === 'build.log') {
      this.#log.push(event, this.#state.build.byId[event.vertex]?.stage ?? null);
    }
    if (event.type === 'result' || event.type === 'question') this.#tell();
    else this.#timer ??= setTimeout(() => this.#tell(), NOTIFY_EVERY_MS);
  }

  /** A new run is shown. */
  reset(): void {
    this.#state = emptyRunState;
    this.#log = new LogTail();
    this.view.reset();
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
