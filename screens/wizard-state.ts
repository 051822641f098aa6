import type { EngineRoad } from '../src/machine/engine-roads.ts';
import type { MissingEngine } from '../src/machine/types.ts';
import type { Planned } from '../src/recipe/types.ts';
import type { Seen } from './deps.ts';

/**
 * Where the person is. Answers and what was seen stand beside it, so that going back loses nothing.
 * Pure: what the world does with a step is in session.ts.
 */
export type Page =
  | { at: 'machine' }
  /** What keeps Docker from answering, and the roads to one that does. */
  | { at: 'engine' }
  /** Root rights are asked for, on a page of their own. */
  | { at: 'root'; road: EngineRoad }
  | { at: 'walking'; road: EngineRoad }
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
  /** The container that the report is about was stopped from there. */
  stopped: boolean;
  /** What the commands on the road to an engine printed, the newest. */
  roadLines: readonly string[];
}

const ROAD_LINES_KEPT = 200;

export type WizardAction =
  | { type: 'seen'; seen: Seen }
  | { type: 'complete'; seen: Seen }
  | { type: 'again'; goOn: boolean }
  | { type: 'planned'; planned: Planned }
  | { type: 'problem'; text: string }
  | { type: 'go-on' }
  | { type: 'road'; road: EngineRoad }
  | { type: 'walk'; road: EngineRoad }
  | { type: 'road-line'; line: string }
  | { type: 'walked' }
  | { type: 'back' }
  | { type: 'start' }
  | { type: 'running'; runId: string }
  | { type: 'ended'; ok: boolean }
  | { type: 'stopped'; text: string }
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
  stopped: false,
  roadLines: [],
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
      return { ...state, complete: false, planned: null, problem: null, goOn: action.goOn };
    case 'planned':
      return advance({ ...state, planned: action.planned, problem: null });
    case 'problem':
      return problem(state, action.text);
    case 'go-on':
      return page.at === 'machine' ? wentOn(state) : state;
    case 'back':
      return back(state);
    case 'road':
      return page.at === 'engine'
        ? { ...state, page: { at: 'root', road: action.road }, problem: null }
        : state;
    case 'walk':
      return page.at === 'engine' || page.at === 'root'
        ? { ...state, page: { at: 'walking', road: action.road }, problem: null, roadLines: [] }
        : state;
    case 'road-line':
      return {
        ...state,
        roadLines: [...state.roadLines, action.line].slice(-ROAD_LINES_KEPT),
      };
    case 'walked':
      // It goes on by itself: to the review once everything was seen again.
      return page.at === 'walking' ? { ...state, page: { at: 'machine' }, goOn: true } : state;
    case 'start':
      return page.at === 'review' || page.at === 'failure'
        ? { ...state, page: { at: 'starting' }, problem: null }
        : state;
    case 'running':
      return {
        ...state,
        page: { at: 'run', runId: action.runId, ending: 'none' },
        problem: null,
        stopped: false,
      };
    case 'ended': {
      if (page.at !== 'run') return state;
      const at = action.ok ? 'report' : 'failure';
      return { ...state, page: { at, runId: page.runId }, problem: null, help: false };
    }
    case 'stopped':
      return page.at === 'report' ? { ...state, stopped: true, problem: action.text } : state;
    case 'ending':
      return page.at === 'run' ? { ...state, page: { ...page, ending: action.ending } } : state;
    case 'help':
      return { ...state, help: action.open };
    default:
      return action satisfies never;
  }
}

/** Why no engine can be used; null while that is not known, and where one can. */
export function missingEngine({ seen, complete }: WizardState): MissingEngine | null {
  const { engine } = seen.machine;
  return complete && engine && engine.state !== 'ready' ? engine : null;
}

/** Without an engine Enter leads to the roads to one. */
function wentOn(state: WizardState): WizardState {
  if (missingEngine(state)) return { ...state, page: { at: 'engine' }, goOn: false };
  return mustWait(state) ? state : advance({ ...state, goOn: true });
}

function back(state: WizardState): WizardState {
  const at = state.page.at;
  if (at === 'review' || at === 'engine') {
    return { ...state, page: { at: 'machine' }, goOn: false, problem: null };
  }
  return at === 'root' ? { ...state, page: { at: 'engine' }, problem: null } : state;
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

/** What did not happen leads back to the page that it was asked on, with the reason on it. */
function problem(state: WizardState, text: string): WizardState {
  const { at } = state.page;
  const page: Page =
    at === 'starting'
      ? { at: 'review' }
      : at === 'walking' || at === 'root'
        ? { at: 'engine' }
        : state.page;
  return { ...state, page, problem: text, goOn: false };
}
