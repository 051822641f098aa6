import type { WizardState } from '../wizard-state.ts';
import { opened } from './way.ts';

/** A run, from its start to what came of it. */
export type RunPage =
  | { at: 'starting' }
  | { at: 'run'; runId: string; ending: Ending }
  | { at: 'report'; runId: string }
  | { at: 'failure'; runId: string };

/** How far the person went in stopping a run. */
export type Ending = 'none' | 'asking' | 'stopping' | 'forcing';

export interface RunPagesState {
  /** The container that the report is about was stopped from there. */
  stopped: boolean;
}

export const firstRun: RunPagesState = { stopped: false };

export type RunAction =
  | { flow: 'run'; type: 'start' }
  | { flow: 'run'; type: 'running'; runId: string }
  | { flow: 'run'; type: 'ended'; ok: boolean }
  | { flow: 'run'; type: 'stopped'; text: string }
  | { flow: 'run'; type: 'ending'; ending: Ending };

export function reduceRunPages(state: WizardState, action: RunAction): WizardState {
  const { page } = state;
  switch (action.type) {
    case 'start': {
      const fresh = { ...state, problem: null };
      if (page.at === 'review') return opened(fresh, { at: 'starting' });
      return page.at === 'failure' ? { ...fresh, page: { at: 'starting' } } : state;
    }
    case 'running': {
      const shown: RunPage = { at: 'run', runId: action.runId, ending: 'none' };
      return { ...state, page: shown, problem: null, stopped: false };
    }
    case 'ended': {
      if (page.at !== 'run') return state;
      const at = action.ok ? 'report' : 'failure';
      return { ...state, page: { at, runId: page.runId }, problem: null, help: false };
    }
    case 'stopped':
      return page.at === 'report' ? { ...state, stopped: true, problem: action.text } : state;
    case 'ending':
      return page.at === 'run' ? { ...state, page: { ...page, ending: action.ending } } : state;
    default:
      return action satisfies never;
  }
}
