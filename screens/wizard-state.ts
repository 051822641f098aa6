import type { Planned } from '../src/recipe/types.ts';
import type { Seen } from './deps.ts';

/**
 * Where the person is. Answers and what was seen stand beside it, so that going back loses nothing.
 * Pure: what the world does with a step is in session.ts.
 */
export type Page =
  | { at: 'machine' }
  | { at: 'review' }
  | { at: 'starting' }
  | { at: 'run'; runId: string; ending: Ending }
  | { at: 'report'; runId: string }
  | { at: 'failure'; runId: string };

/** How far the person went in stopping a run. */
export type Ending = 'none' | 'asking' | 'stopping' | 'forcing';

export interface WizardState {
  page: Page;
  help: boolean;
  seen: Seen;
  /** Everything that is looked at has answered. */
  complete: boolean;
  planned: Planned | null;
  /** Why there is no plan, or what came of the last key. */
  problem: string | null;
  /** Enter came before everything was seen: it counts when it has. */
  goOn: boolean;
}

export type WizardAction =
  | { type: 'seen'; seen: Seen }
  | { type: 'complete'; seen: Seen }
  | { type: 'again' }
  | { type: 'planned'; planned: Planned }
  | { type: 'problem'; text: string }
  | { type: 'go-on' }
  | { type: 'back' }
  | { type: 'start' }
  | { type: 'running'; runId: string }
  | { type: 'ended'; ok: boolean }
  | { type: 'ending'; ending: Ending }
  | { type: 'help'; open: boolean };

export const firstState: WizardState = {
  page: { at: 'machine' },
  help: false,
  seen: { machine: {}, checks: [] },
  complete: false,
  planned: null,
  problem: null,
  goOn: false,
};

/** An action that means nothing where one is gives the same object back. */
export function reduceWizard(state: WizardState, action: WizardAction): WizardState {
  const { page } = state;
  switch (action.type) {
    case 'seen':
      return { ...state, seen: action.seen };
    case 'complete':
      return { ...state, seen: action.seen, complete: true };
    case 'again':
      return { ...state, complete: false, planned: null, problem: null, goOn: false };
    case 'planned':
      return advance({ ...state, planned: action.planned, problem: null });
    case 'problem':
      return problem(state, action.text);
    case 'go-on':
      return page.at === 'machine' && !mustWait(state) ? advance({ ...state, goOn: true }) : state;
    case 'back':
      return page.at === 'review'
        ? { ...state, page: { at: 'machine' }, goOn: false, problem: null }
        : state;
    case 'start':
      return page.at === 'review' || page.at === 'failure'
        ? { ...state, page: { at: 'starting' }, problem: null }
        : state;
    case 'running':
      return {
        ...state,
        page: { at: 'run', runId: action.runId, ending: 'none' },
        problem: null,
      };
    case 'ended': {
      if (page.at !== 'run') return state;
      const at = action.ok ? 'report' : 'failure';
      return { ...state, page: { at, runId: page.runId }, problem: null, help: false };
    }
    case 'ending':
      return page.at === 'run' ? { ...state, page: { ...page, ending: action.ending } } : state;
    case 'help':
      return { ...state, help: action.open };
    default:
      return action satisfies never;
  }
}

/** Nothing to go on to: something must be mended first. */
function mustWait({ seen, complete, problem: why }: WizardState): boolean {
  return complete && (why !== null || seen.checks.some((check) => check.status === 'fail'));
}

/** Goes to the review once it was asked for, everything was seen and a plan is there. */
function advance(state: WizardState): WizardState {
  const ready = state.goOn && state.complete && state.planned !== null && !mustWait(state);
  return ready && state.page.at === 'machine' ? { ...state, page: { at: 'review' } } : state;
}

/** A start that did not happen leads back to the review, with the reason on it. */
function problem(state: WizardState, text: string): WizardState {
  const page: Page = state.page.at === 'starting' ? { at: 'review' } : state.page;
  return { ...state, page, problem: text, goOn: false };
}
