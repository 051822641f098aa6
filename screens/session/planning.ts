import type { ChoiceKey, Choices } from '../../src/contract/choices.ts';
import { mergeChoices } from '../../src/profiles/merge-choices.ts';
import type { Planned } from '../../src/recipe/types.ts';
import type { Asked, Planner, Seen } from '../deps.ts';
import type { Shared } from './shared.ts';

/** Choices whose facts have to be gathered again; all others are planned over what is known. */
const gathers: readonly ChoiceKey[] = [
  'recipe',
  'modelsDir',
  'outputDir',
  'image',
  'context',
  'dockerfile',
  'mirrors',
];
/** Choices that what is seen of the machine depends on. */
const looks: readonly ChoiceKey[] = ['modelsDir', 'outputDir', 'port'];

/** Looks at the machine, and plans the answers over what was seen. */
export class Planning {
  readonly #shared: Shared;
  #looking = new AbortController();
  #planner: Planner | null = null;
  /** The answers that the machine was looked at for. */
  #lookedFor: Choices = {};
  /** The machine is being looked at, or was. */
  #looks = false;

  constructor(shared: Shared) {
    this.#shared = shared;
    shared.stop.signal.addEventListener('abort', () => this.#looking.abort());
  }

  /** Looks at the machine and plans; the page fills while it does. */
  async look(goOn = false): Promise<void> {
    const { wizard, store } = this.#shared;
    if (!wizard) return;
    const signal = this.#begin();
    this.#looks = true;
    store.do({ flow: 'look', type: 'again', goOn });
    this.#lookedFor = store.state.answers;
    try {
      const seen = await wizard.observe(
        this.#lookedFor,
        (part) => {
          if (!signal.aborted) store.do({ flow: 'look', type: 'seen', seen: part });
        },
        signal,
      );
      if (signal.aborted) return;
      store.do({ flow: 'look', type: 'complete', seen });
      await this.#plan(seen, signal);
    } catch (error) {
      if (signal.aborted) return;
      this.#looks = store.state.complete;
      store.problem(error);
    }
  }

  /** Starts from other answers: the page after this one is the machine. */
  async begin({ choices, profile }: Asked, goOn = false): Promise<void> {
    const { store } = this.#shared;
    store.do({ flow: 'answers', type: 'begin', answers: choices, profile });
    store.do({ flow: 'way', type: 'open', page: { at: 'machine' } });
    const { complete, seen } = store.state;
    const otherFacts = differ(looks, this.#lookedFor, choices);
    if (!this.#looks || otherFacts) return this.look(goOn);
    store.do({ flow: 'look', type: 'plan-anew', goOn });
    // A look that goes on plans for these answers when it has seen everything.
    if (!complete) return;
    await this.#planAnew(seen, this.#begin());
  }

  /** Changes answers; `undefined` opens one again. The plan follows, at once where it can. */
  async set(change: Choices): Promise<void> {
    const { store, wizard } = this.#shared;
    const before = store.state.answers;
    const answers = changed(before, change);
    store.do({ flow: 'answers', type: 'set', answers });
    const asked = { choices: answers, profile: store.state.profile };
    if (!wizard || !this.#planner) return;
    if (!differ(gathers, before, answers)) {
      store.do({ flow: 'look', type: 'planned', planned: this.#planner.plan(asked) });
      return;
    }
    const signal = this.#begin();
    store.do({ flow: 'answers', type: 'replanning' });
    try {
      const again = differ(looks, this.#lookedFor, answers);
      this.#lookedFor = answers;
      const seen = again ? await wizard.observe(answers, () => {}, signal) : store.state.seen;
      if (signal.aborted) return;
      if (again) store.do({ flow: 'look', type: 'complete', seen });
      await this.#plan(seen, signal);
    } catch (error) {
      if (!signal.aborted) store.problem(error);
    }
  }

  /** What the plan would be with a change; nothing is kept. Null before there is a plan. */
  preview(change: Choices): Planned | null {
    const { answers, profile } = this.#shared.store.state;
    return this.#planner?.plan({ choices: changed(answers, change), profile }) ?? null;
  }

  /**
   * The plan that other answers would have, of the recipe that was looked at; null before there is
   * one. Throws what planning them throws.
   */
  planFor(asked: Asked): Planned | null {
    const recipe = (choices: Choices) => choices.recipe ?? 'steadydancer';
    const { planned } = this.#shared.store.state;
    const same = planned !== null && recipe(planned.choices) === recipe(asked.choices);
    return same ? (this.#planner?.plan(asked) ?? null) : null;
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

  async #planAnew(seen: Seen, signal: AbortSignal): Promise<void> {
    try {
      await this.#plan(seen, signal);
    } catch (error) {
      if (!signal.aborted) this.#shared.store.problem(error);
    }
  }

  async #plan(seen: Seen, signal: AbortSignal): Promise<void> {
    const { wizard, store } = this.#shared;
    if (!wizard) return;
    const { answers, profile, hubBytesPerSecond } = store.state;
    const planner = await wizard.planner(
      { choices: answers, profile },
      seen,
      hubBytesPerSecond,
      signal,
    );
    if (signal.aborted) return;
    this.#planner = planner;
    const asked = { choices: store.state.answers, profile: store.state.profile };
    const planned = planner.plan(asked);
    store.do({ flow: 'look', type: 'planned', planned, hub: planner.hubBytesPerSecond });
  }

  /** What was being looked at or planned before counts no more. */
  #begin(): AbortSignal {
    this.#looking.abort();
    this.#looking = new AbortController();
    return this.#looking.signal;
  }
}

/** The answers with a change; a key that is undefined in it is open again. */
function changed(answers: Choices, change: Choices): Choices {
  const open = Object.entries(change).filter(([, value]) => value === undefined);
  const kept = { ...answers };
  for (const [key] of open) delete kept[key as ChoiceKey];
  const merged = mergeChoices(kept, change);
  // The table of mirrors is set as a whole.
  return change.mirrors ? { ...merged, mirrors: change.mirrors } : merged;
}

function differ(keys: readonly ChoiceKey[], a: Choices, b: Choices): boolean {
  return keys.some((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key]));
}
