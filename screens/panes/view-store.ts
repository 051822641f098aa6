import { firstView, type RunView } from './run-view.ts';

/**
 * What a person does with the panes, kept while another page (help, a question) is over them. Two
 * keys can come before the next drawing: each is applied to what the one before it left.
 */
export class ViewStore {
  #view = firstView;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly current = (): RunView => this.#view;

  set(view: RunView): void {
    if (view === this.#view) return;
    this.#view = view;
    for (const listener of this.#listeners) listener();
  }

  /** What came of a key, until the next one. */
  say(said: string): void {
    this.set({ ...this.#view, said });
  }

  /** Another run: its steps and lines are others. The wish to be told stays. */
  reset(): void {
    this.set({ ...firstView, notify: this.#view.notify });
  }
}
