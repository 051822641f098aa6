import type { TokenSeen } from '../token-world.ts';
import type { WizardState } from '../wizard-state.ts';
import { opened } from './way.ts';

export type TokenPage =
  | { at: 'token' }
  /** It is typed, masked; `keep`: for later runs as well. */
  | { at: 'token-text'; keep: boolean };

export interface TokenState {
  /** Null while it is looked for. */
  tokenSeen: TokenSeen | null;
}

export const firstToken: TokenState = { tokenSeen: null };

export type TokenAction =
  | { flow: 'token'; type: 'open' }
  | { flow: 'token'; type: 'seen'; seen: TokenSeen };

export function reduceToken(state: WizardState, action: TokenAction): WizardState {
  switch (action.type) {
    case 'open':
      return { ...opened(state, { at: 'token' }), problem: null };
    case 'seen':
      return { ...state, tokenSeen: action.seen };
    default:
      return action satisfies never;
  }
}
