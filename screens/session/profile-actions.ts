import type { ProfileRow, ProfilesWorld } from '../profiles-world.ts';
import type { ProfileAsk } from '../state/profiles.ts';
import { words } from '../words.ts';
import { choicesToKeep } from './answers.ts';
import type { Planning } from './planning.ts';
import type { Shared } from './shared.ts';

/** Profiles: listed, run again, copied, renamed, deleted, exported and imported. */
export class ProfileActions {
  readonly #shared: Shared;
  readonly #planning: Planning;
  #loaded: Promise<ProfilesWorld> | undefined;

  constructor(shared: Shared, planning: Planning) {
    this.#shared = shared;
    this.#planning = planning;
  }

  /** Opens the list; it fills once the files were read. */
  async open(): Promise<void> {
    this.#shared.store.do({ flow: 'profiles', type: 'open' });
    await this.#try(() => this.#read());
  }

  /** To the review with its choices, as they are: what does not fit is said there. */
  rerun({ name, choices }: ProfileRow): void {
    void this.#planning.begin({ choices, profile: name }, true);
  }

  /** Does what a page asked a text for. */
  async accept(ask: ProfileAsk, text: string): Promise<void> {
    const { done } = words.profiles;
    await this.#try(async (world) => {
      switch (ask.kind) {
        case 'copy':
          await world.copy(ask.of, text);
          return this.#done(done.copied(ask.of, text), text);
        case 'rename':
          await world.rename(ask.of, text);
          return this.#done(done.renamed(ask.of, text), text);
        case 'export':
          return this.#done(done.exported(ask.of, await world.export(ask.of, text)));
        case 'import': {
          const name = await world.import(text);
          return this.#done(done.imported(name), name);
        }
        case 'save-run':
          return this.#saveRun(world, ask.runId, text);
        default:
          return ask satisfies never;
      }
    });
  }

  async delete(name: string): Promise<void> {
    await this.#try(async (world) => {
      const path = await world.delete(name);
      await this.#done(words.profiles.done.deleted(name, path));
    });
  }

  async setDefault(name: string): Promise<void> {
    await this.#try(async (world) => {
      await world.setDefault(name);
      await this.#done(words.profiles.done.isDefault(name), name);
    });
  }

  async #saveRun(world: ProfilesWorld, runId: string, name: string): Promise<void> {
    const choices = await world.choicesOfRun(runId);
    if (choices === null) {
      this.#shared.store.do({ flow: 'way', type: 'problem', text: words.profiles.noPlan });
      return;
    }
    await world.save(name, choicesToKeep({ choices }));
    await this.#done(words.leave.saved(name), name);
  }

  /** The sentence at once; the list follows. */
  async #done(text: string, at?: string): Promise<void> {
    const { store } = this.#shared;
    store.do({ flow: 'profiles', type: 'done', text, ...(at === undefined ? {} : { at }) });
    if (store.state.profilesSeen) await this.#read();
  }

  async #read(): Promise<void> {
    const seen = await (await this.#world())?.list();
    if (seen) this.#shared.store.do({ flow: 'profiles', type: 'seen', seen });
  }

  async #try(work: (world: ProfilesWorld) => Promise<void>): Promise<void> {
    const { store, stop } = this.#shared;
    try {
      const world = await this.#world();
      if (world) await work(world);
    } catch (error) {
      if (stop.signal.aborted) return;
      // A page that only asks for a y has no room for why it did not happen.
      if (store.state.page.at === 'profile-delete') store.do({ flow: 'way', type: 'back' });
      store.problem(error);
    }
  }

  async #world(): Promise<ProfilesWorld | null> {
    this.#loaded ??= this.#shared.deps.profiles?.();
    return (await this.#loaded) ?? null;
  }
}
