import {
  firstLook,
  type LookAction,
  type LookPage,
  type LookState,
  reduceLook,
} from './state/look.ts';
import {
  firstRoad,
  type RoadAction,
  type RoadPage,
  type RoadState,
  reduceRoad,
} from './state/road.ts';
import {
  firstRun,
  type RunAction,
  type RunPage,
  type RunPagesState,
  reduceRunPages,
} from './state/run.ts';
import { reduceWay, type WayAction, type WayState } from './state/way.ts';

/**
 * Where the person is. Answers and what was seen stand beside it, so that going back loses nothing.
 * Pure: what the world does with a step is in session/. Each flow has its pages, state and actions
 * in a file of its own (state/); here they meet, a line each.
 */
export type Page = LookPage | RoadPage | { at: 'review' } | RunPage;

export interface WizardState extends WayState, LookState, RoadState, RunPagesState {}

export type WizardAction = WayAction | LookAction | RoadAction | RunAction;

export const firstState: WizardState = {
  page: { at: 'machine' },
  trail: [],
  help: false,
  problem: null,
  ...firstLook,
  ...firstRoad,
  ...firstRun,
};

/** An action that means nothing where one is gives the same object back. */
export function reduceWizard(state: WizardState, action: WizardAction): WizardState {
  switch (action.flow) {
    case 'way':
      return reduceWay(state, action);
    case 'look':
      return reduceLook(state, action);
    case 'road':
      return reduceRoad(state, action);
    case 'run':
      return reduceRunPages(state, action);
    default:
      return action satisfies never;
  }
}
