import { Failure } from '../../src/contract/failure.ts';
import type { CleanWorld } from '../clean-world.ts';
import { words } from '../words.ts';
import type { Shared } from './shared.ts';

/** The clean-up: a list first, then exactly what was marked and agreed to. */
export class Cleaning {
  readonly #shared: Shared;
  #loaded: Promise<CleanWorld> | undefined;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  async open(): Promise<void> {
    this.#shared.store.do({ flow: 'clean', type: 'open' });
    await this.#look();
  }

  /** To the page that names what is marked. */
  async ask(): Promise<void> {
    const { store } = this.#shared;
    const { removables, marked } = store.state;
    const items = removables?.items.filter(({ id }) => marked.has(id)) ?? [];
    if (items.length === 0) {
      store.do({ flow: 'way', type: 'problem', text: words.clean.markFirst });
      return;
    }
    const world = await this.#world();
    if (world) store.do({ flow: 'clean', type: 'agree', offer: world.offer(items) });
  }

  /** After `y`: what does not go is said and stays. */
  async remove(): Promise<void> {
    const { store, stop } = this.#shared;
    const { page } = store.state;
    if (page.at !== 'clean-agree' || !page.offer.plan) return;
    const { apply } = page.offer.plan;
    store.do({ flow: 'clean', type: 'cleaning' });
    const onLine = (line: string) => store.do({ flow: 'clean', type: 'line', line });
    try {
      await apply(stop.signal, onLine);
      const text = store.state.cleanLines.join(' ');
      store.do({ flow: 'clean', type: 'cleaned', text });
    } catch (error) {
      if (stop.signal.aborted) return;
      const why = error instanceof Error ? error.message : String(error);
      const known = error instanceof Failure;
      store.do({ flow: 'clean', type: 'not-cleaned', why: known ? why : words.bug(why) });
      return;
    }
    await this.#look();
  }

  async #look(): Promise<void> {
    const { store, stop } = this.#shared;
    try {
      const removables = await (await this.#world())?.look();
      if (removables) store.do({ flow: 'clean', type: 'seen', removables });
    } catch (error) {
      if (!stop.signal.aborted) store.problem(error);
    }
  }

  async #world(): Promise<CleanWorld | null> {
    this.#loaded ??= this.#shared.deps.cleaning?.();
    return (await this.#loaded) ?? null;
  }
}
