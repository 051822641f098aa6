import type { Offer } from '../../src/troubleshoot/fixes/types.ts';
import type { Removables } from '../clean-world.ts';
import type { WizardState } from '../wizard-state.ts';
import { opened } from './way.ts';

export type CleanPage =
  | { at: 'clean' }
  /** What is marked, by name and size; `y` removes it. */
  | { at: 'clean-agree'; offer: Offer }
  | { at: 'cleaning'; offer: Offer };

export interface CleanState {
  /** Null while it is looked for. */
  removables: Removables | null;
  /** Ids of what is marked. */
  marked: ReadonlySet<string>;
  /** What the removal says, the newest last. */
  cleanLines: readonly string[];
}

export const firstClean: CleanState = { removables: null, marked: new Set(), cleanLines: [] };

export type CleanAction =
  | { flow: 'clean'; type: 'open' }
  | { flow: 'clean'; type: 'seen'; removables: Removables }
  /** Marks all of these, or takes the marks away where all of them have one. */
  | { flow: 'clean'; type: 'mark'; ids: readonly string[] }
  | { flow: 'clean'; type: 'agree'; offer: Offer }
  | { flow: 'clean'; type: 'cleaning' }
  | { flow: 'clean'; type: 'line'; line: string }
  | { flow: 'clean'; type: 'cleaned'; text: string }
  | { flow: 'clean'; type: 'not-cleaned'; why: string };

export function reduceClean(state: WizardState, action: CleanAction): WizardState {
  const { page } = state;
  switch (action.type) {
    case 'open':
      return { ...opened(state, { at: 'clean' }), ...firstClean, problem: null };
    case 'seen':
      return { ...state, removables: action.removables };
    case 'mark':
      return { ...state, marked: toggled(state.marked, action.ids), problem: null };
    case 'agree':
      return {
        ...opened(state, { at: 'clean-agree', offer: action.offer }),
        problem: null,
        cleanLines: [],
      };
    case 'cleaning':
      return page.at === 'clean-agree'
        ? { ...state, page: { at: 'cleaning', offer: page.offer }, problem: null, cleanLines: [] }
        : state;
    case 'line':
      return { ...state, cleanLines: [...state.cleanLines, action.line] };
    case 'cleaned': {
      const { text } = action;
      const housekept = [...state.housekept, text];
      const before = page.at === 'cleaning' ? state.trail.at(-1) : undefined;
      const back = before ? { page: before, trail: state.trail.slice(0, -1) } : {};
      // What is there now is looked for anew.
      return { ...state, ...firstClean, ...back, problem: text, housekept };
    }
    case 'not-cleaned':
      return page.at === 'cleaning'
        ? { ...state, page: { at: 'clean-agree', offer: page.offer }, problem: action.why }
        : { ...state, problem: action.why };
    default:
      return action satisfies never;
  }
}

function toggled(marked: ReadonlySet<string>, ids: readonly string[]): ReadonlySet<string> {
  const next = new Set(marked);
  const all = ids.every((id) => next.has(id));
  for (const id of ids) {
    if (all) next.delete(id);
    else next.add(id);
  }
  return next;
}
