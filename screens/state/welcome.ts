import type { WizardState } from '../wizard-state.ts';

/** What is done by commands today, where the wizard has no page of its own. */
export type ByCommand = 'models' | 'smoke';

export type WelcomePage =
  | { at: 'welcome' }
  /** What can be done today where the wizard has no page of its own yet, by commands. */
  | { at: 'by-command'; about: ByCommand };

export interface WelcomeState {
  /** ComfyUI is being started again from the welcome: the last line of its log. */
  waking: { line: string; since: number } | null;
  /** Where it answers, once it was started from here. */
  awake: string | null;
}

export const firstWelcome: WelcomeState = { waking: null, awake: null };

export type WelcomeAction =
  | { flow: 'welcome'; type: 'waking'; line: string; since: number }
  | { flow: 'welcome'; type: 'awake'; url: string }
  | { flow: 'welcome'; type: 'asleep' };

export function reduceWelcome(state: WizardState, action: WelcomeAction): WizardState {
  switch (action.type) {
    case 'waking':
      return { ...state, waking: { line: action.line, since: action.since }, problem: null };
    case 'awake':
      return { ...state, waking: null, awake: action.url, problem: null };
    case 'asleep':
      return { ...state, waking: null };
    default:
      return action satisfies never;
  }
}
