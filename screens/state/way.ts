import type { Page, WizardState } from '../wizard-state.ts';

/** Where the person is among the pages, and the way that Esc goes back. */
export interface WayState {
  page: Page;
  /** The pages that Esc leads back through, the last one first to come. */
  trail: readonly Page[];
  help: boolean;
  /** Why there is no plan, or what came of the last key. */
  problem: string | null;
}

export type WayAction =
  | { flow: 'way'; type: 'open'; page: Page }
  | { flow: 'way'; type: 'back' }
  | { flow: 'way'; type: 'problem'; text: string }
  | { flow: 'way'; type: 'help'; open: boolean };

/** Pages that pass by themselves: what did not happen leads back to where it was asked for. */
const passing: readonly Page['at'][] = ['root', 'walking', 'starting'];

export function reduceWay(state: WizardState, action: WayAction): WizardState {
  switch (action.type) {
    case 'open':
      return { ...opened(state, action.page), problem: null };
    case 'back':
      return passing.includes(state.page.at) && state.page.at !== 'root'
        ? state
        : { ...back(state), problem: null };
    case 'problem': {
      const at = passing.includes(state.page.at) ? back(state) : state;
      return { ...at, problem: action.text, goOn: false };
    }
    case 'help':
      return { ...state, help: action.open };
    default:
      return action satisfies never;
  }
}

/** On a page further on; Esc comes back to this one. */
export function opened(state: WizardState, page: Page): WizardState {
  return { ...state, page, trail: [...state.trail, state.page] };
}

/** One page back, with all answers; the first page stays. */
function back(state: WizardState): WizardState {
  const page = state.trail.at(-1);
  return page ? { ...state, page, trail: state.trail.slice(0, -1), goOn: false } : state;
}
