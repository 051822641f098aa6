import { Failure, UsageError } from '../../src/contract/failure.ts';
import { firstState, reduceWizard, type WizardAction, type WizardState } from '../wizard-state.ts';
import { words } from '../words.ts';

/** The wizard's state as it changes; the parts of a session share one, the screens watch it. */
export class Store {
  readonly #listeners = new Set<() => void>();
  #state = firstState;

  get state(): WizardState {
    return this.#state;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly current = (): WizardState => this.#state;

  do(action: WizardAction): void {
    const next = reduceWizard(this.#state, action);
    if (next === this.#state) return;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }

  /** Shows why something did not happen. */
  problem(error: unknown): void {
    // Anything else is a bug: it is shown as one, and the person is not locked in.
    const known = error instanceof Failure || error instanceof UsageError;
    const text = error instanceof Error ? error.message : String(error);
    this.do({ flow: 'way', type: 'problem', text: known ? text : words.bug(text) });
  }
}
