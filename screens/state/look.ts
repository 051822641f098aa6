import type { MissingEngine } from '../../src/machine/types.ts';
import type { Planned } from '../../src/recipe/types.ts';
import type { Seen } from '../deps.ts';
import type { WizardState } from '../wizard-state.ts';
import { opened } from './way.ts';

/** What is looked at, and the plan that it gives. */
export type LookPage =
  | { at: 'machine' }
  /** All checks of `doctor`. */
  | { at: 'doctor' };

export interface LookState {
  seen: Seen;
  /** Everything that is looked at has answered. */
  complete: boolean;
  planned: Planned | null;
  /** Enter came before everything was seen: it counts when it has. */
  goOn: boolean;
  /** The hub's measured rate; undefined: not asked yet, null: nothing came. */
  hubBytesPerSecond: number | null | undefined;
}

export const firstLook: LookState = {
  seen: { machine: {}, checks: [] },
  complete: false,
  planned: null,
  goOn: false,
  hubBytesPerSecond: undefined,
};

export type LookAction =
  | { flow: 'look'; type: 'seen'; seen: Seen }
  | { flow: 'look'; type: 'complete'; seen: Seen }
  | { flow: 'look'; type: 'again'; goOn: boolean }
  | { flow: 'look'; type: 'planned'; planned: Planned; hub?: number | null | undefined }
  /** What was seen stays, the answers are others. */
  | { flow: 'look'; type: 'plan-anew'; goOn: boolean }
  | { flow: 'look'; type: 'go-on' };

export function reduceLook(state: WizardState, action: LookAction): WizardState {
  switch (action.type) {
    case 'seen':
      return { ...state, seen: action.seen };
    case 'complete':
      return { ...state, seen: action.seen, complete: true };
    case 'again':
      return { ...state, complete: false, planned: null, problem: null, goOn: action.goOn };
    case 'plan-anew':
      return advance({ ...state, planned: null, problem: null, goOn: action.goOn });
    case 'planned': {
      const hubBytesPerSecond = action.hub === undefined ? state.hubBytesPerSecond : action.hub;
      const { planned } = action;
      return advance({ ...state, planned, problem: null, replanning: false, hubBytesPerSecond });
    }
    case 'go-on':
      return state.page.at === 'machine' ? wentOn(state) : state;
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
  if (missingEngine(state)) return { ...opened(state, { at: 'engine' }), goOn: false };
  return mustWait(state) ? state : advance({ ...state, goOn: true });
}

/** Nothing to go on to: something must be mended first. */
function mustWait({ seen, complete, problem: why }: WizardState): boolean {
  return complete && (why !== null || seen.checks.some((check) => check.status === 'fail'));
}

/** Goes to the review once it was asked for, everything was seen and a plan is there. */
function advance(state: WizardState): WizardState {
  const ready = state.goOn && state.complete && state.planned !== null && !mustWait(state);
  return ready && state.page.at === 'machine'
    ? { ...opened(state, { at: 'review' }), goOn: false }
    : state;
}
