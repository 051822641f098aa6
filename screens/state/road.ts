import type { EngineRoad } from '../../src/machine/engine-roads.ts';
import type { WizardState } from '../wizard-state.ts';
import { opened } from './way.ts';

/** From a machine without an engine to one with it. */
export type RoadPage =
  /** What keeps Docker from answering, and the roads to one that does. */
  | { at: 'engine' }
  /** Root rights are asked for, on a page of their own. */
  | { at: 'root'; road: EngineRoad }
  | { at: 'walking'; road: EngineRoad };

export interface RoadState {
  /** What the commands on the road to an engine printed, the newest. */
  roadLines: readonly string[];
  /** Titles of the roads that led to an engine. */
  roadsWalked: readonly string[];
}

const ROAD_LINES_KEPT = 200;

export const firstRoad: RoadState = { roadLines: [], roadsWalked: [] };

export type RoadAction =
  | { flow: 'road'; type: 'walk'; road: EngineRoad }
  | { flow: 'road'; type: 'line'; line: string }
  | { flow: 'road'; type: 'walked' };

export function reduceRoad(state: WizardState, action: RoadAction): WizardState {
  const { page } = state;
  switch (action.type) {
    case 'walk': {
      const walking = { at: 'walking', road: action.road } as const;
      const fresh = { ...state, problem: null, roadLines: [] };
      // The question for root rights is answered: it is no page to come back to.
      if (page.at === 'root') return { ...fresh, page: walking };
      return page.at === 'engine' ? opened(fresh, walking) : state;
    }
    case 'line':
      return { ...state, roadLines: [...state.roadLines, action.line].slice(-ROAD_LINES_KEPT) };
    case 'walked':
      // It goes on by itself: to the review once everything was seen again.
      if (page.at !== 'walking') return state;
      return {
        ...state,
        page: { at: 'machine' },
        trail: beforeMachine(state),
        goOn: true,
        roadsWalked: [...state.roadsWalked, page.road.title],
      };
    default:
      return action satisfies never;
  }
}

function beforeMachine({ trail }: WizardState): WizardState['trail'] {
  const at = trail.findIndex((page) => page.at === 'machine');
  return at === -1 ? [] : trail.slice(0, at);
}
