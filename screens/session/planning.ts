import type { Shared } from './shared.ts';

/** Looks at the machine and plans. */
export class Planning {
  readonly #shared: Shared;
  #looking = new AbortController();

  constructor(shared: Shared) {
    this.#shared = shared;
    shared.stop.signal.addEventListener('abort', () => this.#looking.abort());
  }

  /** Looks at the machine and plans; the page fills while it does. */
  async look(goOn = false): Promise<void> {
    const { wizard, store } = this.#shared;
    if (!wizard) return;
    this.#looking.abort();
    this.#looking = new AbortController();
    const { signal } = this.#looking;
    store.do({ flow: 'look', type: 'again', goOn });
    try {
      const seen = await wizard.observe((part) => {
        if (!signal.aborted) store.do({ flow: 'look', type: 'seen', seen: part });
      }, signal);
      if (signal.aborted) return;
      store.do({ flow: 'look', type: 'complete', seen });
      const planned = await wizard.plan(wizard.choices, seen);
      if (!signal.aborted) store.do({ flow: 'look', type: 'planned', planned });
    } catch (error) {
      if (!signal.aborted) store.problem(error);
    }
  }

  /** Enter on the machine page, remembered when it comes early. */
  goOn(): void {
    this.#shared.store.do({ flow: 'look', type: 'go-on' });
  }

  /** From the roads back to the machine page, which looks anew. */
  lookAgain(): void {
    this.#shared.store.do({ flow: 'way', type: 'back' });
    void this.look(true);
  }
}
