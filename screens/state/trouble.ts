import type { BundleFile } from '../../src/troubleshoot/bundle/gather.ts';
import type { Offer } from '../../src/troubleshoot/fixes/types.ts';
import type { Found } from '../../src/troubleshoot/found.ts';
import type { WizardState } from '../wizard-state.ts';
import { opened } from './way.ts';

/** What is looked at: a run of ours, or something from elsewhere. */
export type Subject =
  | { kind: 'run'; runId: string }
  | { kind: 'file'; path: string }
  | { kind: 'text'; text: string }
  | { kind: 'container'; name: string }
  | { kind: 'address'; url: string };

/** From a failure to a retry. The failure page of a run is the run's own (state/run.ts). */
export type TroublePage =
  /** What failed? */
  | { at: 'troubleshoot' }
  | { at: 'ask-source'; kind: Exclude<Subject['kind'], 'run'> }
  /** What was found in something from elsewhere. */
  | { at: 'found' }
  | { at: 'fix'; offer: Offer }
  | { at: 'fixing'; offer: Offer }
  | { at: 'causes' }
  | { at: 'proof' }
  | { at: 'bundle' };

export interface BundleDraft {
  files: readonly BundleFile[];
  missing: readonly { name: string; why: string }[];
  /** Where it would go. */
  path: string;
}

export interface TroubleState {
  subject: Subject | null;
  /** Null while it is looked at. */
  found: Found | null;
  /** Why nothing could be looked at. */
  unread: string | null;
  /** What an applied fix says, the newest. */
  fixLines: readonly string[];
  /** Null while it is put together. */
  draft: BundleDraft | null;
}

export const firstTrouble: TroubleState = {
  subject: null,
  found: null,
  unread: null,
  fixLines: [],
  draft: null,
};

const FIX_LINES_KEPT = 200;

export type TroubleAction =
  | { flow: 'trouble'; type: 'look'; subject: Subject }
  | { flow: 'trouble'; type: 'found'; found: Found }
  | { flow: 'trouble'; type: 'unread'; why: string }
  | { flow: 'trouble'; type: 'fixing'; offer: Offer }
  | { flow: 'trouble'; type: 'fix-line'; line: string }
  | { flow: 'trouble'; type: 'fixed' }
  | { flow: 'trouble'; type: 'unfixed'; why: string }
  | { flow: 'trouble'; type: 'bundle' }
  | { flow: 'trouble'; type: 'drafted'; draft: BundleDraft };

export function reduceTrouble(state: WizardState, action: TroubleAction): WizardState {
  const { page } = state;
  switch (action.type) {
    case 'look': {
      const fresh = { ...state, subject: action.subject, found: null, unread: null };
      if (action.subject.kind === 'run') return fresh;
      const shown = { ...fresh, problem: null };
      // The question is answered: Esc leads to what was asked before it.
      if (page.at === 'ask-source') return { ...shown, page: { at: 'found' } };
      return page.at === 'found' ? shown : opened(shown, { at: 'found' });
    }
    case 'found':
      return { ...state, found: action.found };
    case 'unread':
      return { ...state, unread: action.why };
    case 'fixing':
      return page.at === 'fix'
        ? { ...state, page: { at: 'fixing', offer: action.offer }, problem: null, fixLines: [] }
        : state;
    case 'fix-line':
      return { ...state, fixLines: [...state.fixLines, action.line].slice(-FIX_LINES_KEPT) };
    case 'fixed': {
      const before = state.trail.at(-1);
      return page.at === 'fixing' && before
        ? { ...state, page: before, trail: state.trail.slice(0, -1) }
        : state;
    }
    case 'unfixed':
      // Back on the page that told of it, with the reason and what was printed.
      return page.at === 'fixing'
        ? { ...state, page: { at: 'fix', offer: page.offer }, problem: action.why }
        : { ...state, problem: action.why };
    case 'bundle':
      return { ...opened(state, { at: 'bundle' }), problem: null, draft: null };
    case 'drafted':
      return { ...state, draft: action.draft };
    default:
      return action satisfies never;
  }
}
