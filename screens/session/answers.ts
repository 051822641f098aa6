import type { Choices } from '../../src/contract/choices.ts';
import { defaultChoices } from '../../src/contract/choices.ts';
import type { Planning } from './planning.ts';
import type { Shared } from './shared.ts';

/** The person's answers: changed, agreed to, saved. */
export class Answers {
  readonly #shared: Shared;
  readonly #planning: Planning;

  constructor(shared: Shared, planning: Planning) {
    this.#shared = shared;
    this.#planning = planning;
  }

  /**
   * Takes what was chosen on a page; what is recommended anyway stays open, so that the advice and
   * its reason stay, too.
   */
  async choose(chosen: Choices): Promise<void> {
    const open = this.#planning.preview(opened(chosen))?.choices;
    const change = Object.fromEntries(
      Object.entries(chosen).map(([key, value]) => {
        const same = JSON.stringify(open?.[key as keyof Choices]) === JSON.stringify(value);
        return [key, same ? undefined : value];
      }),
    );
    await this.#planning.set(change as Choices);
  }

  /** Publishing beyond this computer was agreed to. */
  async expose(listen: string): Promise<void> {
    this.#shared.store.do({ flow: 'answers', type: 'exposed', listen });
    await this.#planning.set({ listen });
  }

  /** Saves the plan's choices under a name; true when they were. */
  async save(name: string): Promise<boolean> {
    const { store, wizard } = this.#shared;
    const { planned } = store.state;
    if (!wizard || !planned) return false;
    try {
      await wizard.saveProfile(name, choicesToKeep(planned));
      store.do({ flow: 'answers', type: 'saved', name });
      return true;
    } catch (error) {
      store.problem(error);
      return false;
    }
  }
}

function opened(chosen: Choices): Choices {
  return Object.fromEntries(Object.keys(chosen).map((key) => [key, undefined])) as Choices;
}

/**
 * What a profile holds: all that was decided, so that it gives the same plan tomorrow, without what
 * every plan starts from anyway.
 */
export function choicesToKeep({ choices }: { choices: Choices }): Choices {
  const kept = Object.entries(choices).filter(([key, value]) => {
    const usual = defaultChoices[key as keyof typeof defaultChoices];
    return value !== undefined && JSON.stringify(usual) !== JSON.stringify(value);
  });
  return Object.fromEntries(kept) as Choices;
}
