import {
  type AnswersAction,
  type AnswersPage,
  type AnswersState,
  firstAnswers,
  reduceAnswers,
} from './state/answers.ts';
import {
  type CleanAction,
  type CleanPage,
  type CleanState,
  firstClean,
  reduceClean,
} from './state/clean.ts';
import {
  firstLook,
  type LookAction,
  type LookPage,
  type LookState,
  reduceLook,
} from './state/look.ts';
import {
  firstProfiles,
  type ProfilesAction,
  type ProfilesPage,
  type ProfilesState,
  reduceProfiles,
} from './state/profiles.ts';
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
import {
  firstToken,
  reduceToken,
  type TokenAction,
  type TokenPage,
  type TokenState,
} from './state/token.ts';
import {
  firstTrouble,
  reduceTrouble,
  type TroubleAction,
  type TroublePage,
  type TroubleState,
} from './state/trouble.ts';
import { reduceWay, type WayAction, type WayState } from './state/way.ts';
import {
  firstWelcome,
  reduceWelcome,
  type WelcomeAction,
  type WelcomePage,
  type WelcomeState,
} from './state/welcome.ts';

/**
 * Where the person is. Answers and what was seen stand beside it, so that going back loses nothing.
 * Pure: what the world does with a step is in session/. Each flow has its pages, state and actions
 * in a file of its own (state/); here they meet, a line each.
 */
export type Page =
  | WelcomePage
  | LookPage
  | RoadPage
  | AnswersPage
  | { at: 'review' }
  | RunPage
  | TroublePage
  | ProfilesPage
  | CleanPage
  | TokenPage;

export interface WizardState
  extends WayState,
    WelcomeState,
    LookState,
    AnswersState,
    RoadState,
    RunPagesState,
    TroubleState,
    ProfilesState,
    CleanState,
    TokenState {}

export type WizardAction =
  | WayAction
  | WelcomeAction
  | LookAction
  | AnswersAction
  | RoadAction
  | RunAction
  | TroubleAction
  | ProfilesAction
  | CleanAction
  | TokenAction;

export const firstState: WizardState = {
  page: { at: 'welcome' },
  trail: [],
  help: false,
  problem: null,
  ...firstWelcome,
  ...firstLook,
  ...firstAnswers,
  ...firstRoad,
  ...firstRun,
  ...firstTrouble,
  ...firstProfiles,
  ...firstClean,
  ...firstToken,
};

/** An action that means nothing where one is gives the same object back. */
export function reduceWizard(state: WizardState, action: WizardAction): WizardState {
  switch (action.flow) {
    case 'way':
      return reduceWay(state, action);
    case 'welcome':
      return reduceWelcome(state, action);
    case 'look':
      return reduceLook(state, action);
    case 'answers':
      return reduceAnswers(state, action);
    case 'road':
      return reduceRoad(state, action);
    case 'run':
      return reduceRunPages(state, action);
    case 'trouble':
      return reduceTrouble(state, action);
    case 'profiles':
      return reduceProfiles(state, action);
    case 'clean':
      return reduceClean(state, action);
    case 'token':
      return reduceToken(state, action);
    default:
      return action satisfies never;
  }
}
