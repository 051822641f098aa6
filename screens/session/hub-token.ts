import type { TokenWorld } from '../token-world.ts';
import { words } from '../words.ts';
import type { Shared } from './shared.ts';

/** The hub's token: typed for this time, kept for later, forgotten. It is never in the state. */
export class HubToken {
  readonly #shared: Shared;
  #loaded: Promise<TokenWorld> | undefined;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  async open(): Promise<void> {
    this.#shared.store.do({ flow: 'token', type: 'open' });
    await this.#try(async () => {});
  }

  async accept(token: string, keep: boolean): Promise<void> {
    const { done } = words.token;
    await this.#try(async (world) => {
      const kept = keep ? await world.keep(token) : null;
      world.use(token);
      const { path } = world.look();
      const text = kept === null ? done.typed : done.kept(words.token.keepers[kept](path));
      this.#shared.store.do({ flow: 'profiles', type: 'done', text });
    });
  }

  async forget(): Promise<void> {
    await this.#try(async (world) => {
      await world.forget();
      this.#shared.store.do({ flow: 'profiles', type: 'done', text: words.token.done.forgotten });
    });
  }

  /** Does it, then looks how things stand. */
  async #try(work: (world: TokenWorld) => Promise<void>): Promise<void> {
    const { store, deps, stop } = this.#shared;
    try {
      this.#loaded ??= deps.token?.();
      const world = await this.#loaded;
      if (!world) return;
      await work(world);
      store.do({ flow: 'token', type: 'seen', seen: world.look() });
    } catch (error) {
      if (!stop.signal.aborted) store.problem(error);
    }
  }
}
