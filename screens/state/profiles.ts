import type { ProfilesSeen } from '../profiles-world.ts';
import type { WizardState } from '../wizard-state.ts';
import { opened } from './way.ts';

/** What is asked by a text of one line. */
export type ProfileAsk =
  | { kind: 'copy' | 'rename' | 'export'; of: string }
  | { kind: 'import' }
  /** What a run did, kept under a name. */
  | { kind: 'save-run'; runId: string; first: string };

export type ProfilesPage =
  | { at: 'profiles' }
  | { at: 'profile-name'; ask: ProfileAsk }
  /** A deletion is a `y` of its own. */
  | { at: 'profile-delete'; name: string; path: string };

export interface ProfilesState {
  /** Null while they are read. */
  profilesSeen: ProfilesSeen | null;
  /** The one that the cursor stands on; null: the first. */
  profileAt: string | null;
  /** Sentences of what was done to profiles, leftovers and the token, for who leaves. */
  housekept: readonly string[];
}

export const firstProfiles: ProfilesState = {
  profilesSeen: null,
  profileAt: null,
  housekept: [],
};

export type ProfilesAction =
  | { flow: 'profiles'; type: 'open' }
  | { flow: 'profiles'; type: 'seen'; seen: ProfilesSeen }
  | { flow: 'profiles'; type: 'at'; name: string }
  /** Something was done: back from the page that asked for it, with the sentence. */
  | { flow: 'profiles'; type: 'done'; text: string; at?: string };

/** Pages that ask one thing: once it is answered they are left. */
const asking: readonly WizardState['page']['at'][] = [
  'profile-name',
  'profile-delete',
  'token-text',
];

export function reduceProfiles(state: WizardState, action: ProfilesAction): WizardState {
  switch (action.type) {
    case 'open':
      return { ...opened(state, { at: 'profiles' }), profilesSeen: null, problem: null };
    case 'seen':
      return { ...state, profilesSeen: action.seen };
    case 'at':
      return { ...state, profileAt: action.name };
    case 'done': {
      const before = asking.includes(state.page.at) ? state.trail.at(-1) : undefined;
      const back = before ? { page: before, trail: state.trail.slice(0, -1) } : {};
      return {
        ...state,
        ...back,
        problem: action.text,
        profileAt: action.at ?? state.profileAt,
        housekept: [...state.housekept, action.text],
      };
    }
    default:
      return action satisfies never;
  }
}
