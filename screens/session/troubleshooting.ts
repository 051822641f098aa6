import { Failure, UsageError } from '../../src/contract/failure.ts';
import type { Offer } from '../../src/troubleshoot/fixes/types.ts';
import { clipboard } from '../kit/terminal-codes.ts';
import { becomeRoot } from '../road-walk.ts';
import type { Subject } from '../state/trouble.ts';
import type { TroubleWorld } from '../trouble-world.ts';
import { words } from '../words.ts';
import type { Running } from './running.ts';
import type { Shared } from './shared.ts';

/** A failure: looked at, mended, tried again. */
export class Troubleshooting {
  readonly #shared: Shared;
  readonly #running: Running;
  #looking = new AbortController();
  #loaded: Promise<TroubleWorld> | undefined;

  constructor(shared: Shared, running: Running) {
    this.#shared = shared;
    this.#running = running;
    shared.stop.signal.addEventListener('abort', () => this.#looking.abort());
    // A run that ended badly is looked at by itself: its page says more as it comes.
    shared.store.subscribe(() => {
      const { page, subject } = shared.store.state;
      if (page.at !== 'failure') return;
      if (subject?.kind === 'run' && subject.runId === page.runId) return;
      this.look({ kind: 'run', runId: page.runId });
    });
  }

  look(subject: Subject): void {
    const { store } = this.#shared;
    this.#looking.abort();
    this.#looking = new AbortController();
    const { signal } = this.#looking;
    store.do({ flow: 'trouble', type: 'look', subject });
    void this.#world()
      .then((world) => world?.look(subject, signal))
      .then((found) => {
        if (found && !signal.aborted) store.do({ flow: 'trouble', type: 'found', found });
      })
      .catch((error: unknown) => {
        if (!signal.aborted) store.do({ flow: 'trouble', type: 'unread', why: said(error) });
      });
  }

  /** The same again: something may have changed meanwhile. */
  lookAgain(): void {
    const { subject } = this.#shared.store.state;
    if (subject) this.look(subject);
  }

  /** The last failed run, on its own page. */
  async openLastFailed(): Promise<void> {
    const { store } = this.#shared;
    const last = await (await this.#world())?.lastFailed();
    if (!last) store.do({ flow: 'way', type: 'problem', text: words.trouble.noFailedRun });
    else await this.#running.follow(last.runId);
  }

  containers(signal: AbortSignal): Promise<{ name: string; status: string }[]> {
    return this.#world().then((world) => world?.containers(signal) ?? []);
  }

  async lines(path: string, from: number, to: number) {
    return (await this.#world())?.lines(path, from, to) ?? null;
  }

  /** Does what an offer says, then tries the run again. Root rights are asked for first. */
  async apply(offer: Offer, answer?: string): Promise<void> {
    const { store, handOver, stop } = this.#shared;
    const { plan } = offer;
    const world = await this.#world();
    if (!plan || !world || store.state.page.at !== 'fix') return;
    try {
      if (plan.root && !(await becomeRoot(world, handOver))) {
        store.do({ flow: 'way', type: 'problem', text: words.engine.noRoot });
        return;
      }
      store.do({ flow: 'trouble', type: 'fixing', offer });
      const onLine = (line: string) => store.do({ flow: 'trouble', type: 'fix-line', line });
      const retry = await plan.apply(stop.signal, onLine, answer);
      const run = store.state.found?.trouble.run;
      if (plan.retries && run) {
        const { runId } = await world.retry(run, retry);
        // The old failure is no page to come back to from the new try.
        store.do({ flow: 'trouble', type: 'fixed' });
        await this.#running.follow(runId);
        return;
      }
      store.do({ flow: 'trouble', type: 'fixed' });
      store.do({ flow: 'way', type: 'problem', text: words.trouble.done(plan.title) });
      this.lookAgain();
    } catch (error) {
      if (stop.signal.aborted) return;
      store.do({ flow: 'trouble', type: 'unfixed', why: said(error) });
    }
  }

  /** The failure as one text, for a chat or a search. */
  copy(text: string): void {
    const { deps, store } = this.#shared;
    const { stdout, env } = deps.terminal;
    stdout.write(clipboard(text, env));
    store.do({ flow: 'way', type: 'problem', text: words.trouble.copied });
  }

  openBundle(): void {
    const { store, stop } = this.#shared;
    const { subject } = store.state;
    store.do({ flow: 'trouble', type: 'bundle' });
    const runId = subject?.kind === 'run' ? subject.runId : null;
    void this.#world()
      .then((world) => world?.draftBundle(runId, stop.signal))
      .then((draft) => {
        if (draft) store.do({ flow: 'trouble', type: 'drafted', draft });
      })
      .catch((error: unknown) => store.problem(error));
  }

  async writeBundle(): Promise<void> {
    const { store, stop } = this.#shared;
    const { draft } = store.state;
    const world = await this.#world();
    if (!draft || !world) return;
    try {
      await world.writeBundle(draft, stop.signal);
      store.do({ flow: 'way', type: 'back' });
      store.do({ flow: 'way', type: 'problem', text: words.trouble.written(draft.path) });
    } catch (error) {
      if (!stop.signal.aborted) store.problem(error);
    }
  }

  async #world(): Promise<TroubleWorld | null> {
    this.#loaded ??= this.#shared.deps.trouble?.();
    return (await this.#loaded) ?? null;
  }
}

function said(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return error instanceof Failure || error instanceof UsageError ? text : words.bug(text);
}
