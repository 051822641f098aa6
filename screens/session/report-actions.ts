import { words } from '../words.ts';
import type { Shared } from './shared.ts';

/** What the report offers to do with what runs now. */
export class ReportActions {
  readonly #shared: Shared;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  openAddress(): void {
    const { store, feed, deps } = this.#shared;
    const url = feed.state.result?.url;
    if (!url) return;
    void deps
      .open?.(url)
      .then((done) => {
        const { opened, notOpened } = words.report;
        store.do({ flow: 'way', type: 'problem', text: (done ? opened : notOpened)(url) });
      })
      .catch((error: unknown) => store.problem(error));
  }

  stopContainer(): void {
    const { store, feed, deps } = this.#shared;
    const id = feed.state.result?.container?.id;
    if (store.state.page.at !== 'report' || !id) return;
    store.do({ flow: 'way', type: 'problem', text: words.report.stopping });
    void deps
      .stopContainer?.(id)
      .then(() => store.do({ flow: 'run', type: 'stopped', text: words.report.containerStopped }))
      .catch((error: unknown) => store.problem(error));
  }
}
