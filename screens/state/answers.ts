import type { Choices } from '../../src/contract/choices.ts';
import type { WizardState } from '../wizard-state.ts';

/** Pages that ask for answers; each is a step of the way, and a line of the review. */
export type AnswersPage =
  | { at: 'target' }
  | { at: 'variant' }
  | { at: 'attention' }
  | { at: 'folders' }
  | { at: 'options' }
  | { at: 'mirrors' }
  | { at: 'image' }
  /** Publishing beyond this computer is a `y` of its own. */
  | { at: 'expose'; listen: string }
  | { at: 'save' };

export interface AnswersState {
  /** What the person chose; what is open is recommended. */
  answers: Choices;
  /** The profile that they are saved under, or were taken from. */
  profile: string | null;
  /** They differ from what the profile holds. */
  changed: boolean;
  /** Names of the profiles that were saved here. */
  saved: readonly string[];
  /** Facts for these answers are being gathered: the plan that is shown is the one before. */
  replanning: boolean;
  /** Publishing beyond this computer was agreed to, for this address. */
  exposed: string | null;
}

export const firstAnswers: AnswersState = {
  answers: {},
  profile: null,
  changed: false,
  saved: [],
  replanning: false,
  exposed: null,
};

export type AnswersAction =
  /** Answers to start from: none, a profile's, a run's. */
  | { flow: 'answers'; type: 'begin'; answers: Choices; profile: string | null }
  | { flow: 'answers'; type: 'set'; answers: Choices }
  | { flow: 'answers'; type: 'replanning' }
  | { flow: 'answers'; type: 'exposed'; listen: string }
  | { flow: 'answers'; type: 'saved'; name: string };

export function reduceAnswers(state: WizardState, action: AnswersAction): WizardState {
  switch (action.type) {
    case 'begin': {
      const { answers, profile } = action;
      return { ...state, answers, profile, changed: false, exposed: null, problem: null };
    }
    case 'set':
      return { ...state, answers: action.answers, changed: true, problem: null };
    case 'replanning':
      return { ...state, replanning: true, problem: null };
    case 'exposed':
      return { ...state, exposed: action.listen };
    case 'saved':
      return {
        ...state,
        profile: action.name,
        changed: false,
        saved: [...state.saved.filter((name) => name !== action.name), action.name],
      };
    default:
      return action satisfies never;
  }
}
