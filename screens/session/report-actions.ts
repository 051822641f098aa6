import { clipboard } from '../kit/terminal-codes.ts';
import { words } from '../words.ts';
import type { Shared } from './shared.ts';

/** What the report offers to do with what runs now. */
export class ReportActions {
  readonly #shared: Shared;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  /** A run that was planned has choices; what a name is asked for with is loaded then. */
  get canSave(): boolean {
    return this.#shared.deps.profiles !== undefined;
  }

  /** Keeps what this run did as a profile: asks for its name. */
  askName(): void {
    const { store, feed } = this.#shared;
    const { page } = store.state;
    if (page.at !== 'report') return;
    const { run, result } = feed.state;
    const variant = typeof result?.built.variant === 'string' ? result.built.variant : '';
    const first = run?.profile ?? [run?.recipe ?? '', variant].filter(Boolean).join('-');
    const ask = { kind: 'save-run', runId: page.runId, first } as const;
    store.do({ flow: 'way', type: 'open', page: { at: 'profile-name', ask } });
  }

  /** The address onto the clipboard of the person in front, also over ssh. */
  copyAddress(): void {
    const { store, feed, deps } = this.#shared;
    const url = feed.state.result?.url;
    if (!url) return;
    const { stdout, env } = deps.terminal;
    stdout.write(clipboard(url, env));
    store.do({ flow: 'way', type: 'problem', text: words.report.copied(url) });
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
