import { centredOn, foundIn, nextMatch, scrolled, windowTop } from './log-search.ts';
import type { NumberedLines } from './log-tail.ts';

export const paneIds = ['steps', 'log', 'models', 'disk', 'gpu'] as const;
export type PaneId = (typeof paneIds)[number];

/** Whose lines the log shows. `newest`: of the step that works, whichever that is. */
export type LogChoice = { of: 'newest' } | { of: 'all' } | { of: 'step'; id: string };

export interface Search {
  /** What is being typed; null where the field is not open. */
  typing: string | null;
  /** What is looked for; empty where nothing is. */
  query: string;
  /** Number of the line that was found last. */
  at: number | null;
}

/** What a person does with the panes of a run; what the run does is in its own state. */
export interface RunView {
  focus: PaneId;
  /** The step under the cursor; null: the cursor is not set, the running steps are in sight. */
  step: string | null;
  /** What has the whole page. */
  opened: 'step' | 'log' | 'free' | null;
  log: LogChoice;
  /** Number of the first log line shown; null follows. */
  top: number | null;
  search: Search;
  notify: boolean;
  /** What came of the last key, until the next one. */
  said: string | null;
}

export const noSearch: Search = { typing: null, query: '', at: null };

export const firstView: RunView = {
  focus: 'steps',
  step: null,
  opened: null,
  log: { of: 'newest' },
  top: null,
  search: noSearch,
  notify: false,
  said: null,
};

/** What there is to move in when a key comes. */
export interface ViewFacts {
  /** Panes that are on the screen, in the order of Tab. */
  panes: readonly PaneId[];
  /** Ids of the steps, in the order in which they are shown. */
  steps: readonly string[];
  /** The step that works now: where the cursor begins. */
  current: string | null;
  /** Steps that have lines, for Left and Right. */
  logged: readonly string[];
  /** The step whose lines are shown now; null where the lines of all are. */
  shown: string | null;
  log: NumberedLines;
  logRows: number;
  /** A question is open: Up, Down and Enter are its keys. */
  asked: boolean;
  /** Room can be made from here. */
  canFree: boolean;
}

/** What a key asks of the world. */
export type Effect = 'detach' | 'copy' | 'page' | 'notify';

export interface Pressed {
  view: RunView;
  does?: Effect;
}

/** One key. A key that means nothing gives the same view back. */
export function pressKey(before: RunView, key: string, facts: ViewFacts): Pressed {
  // Its keys are its own: y removes.
  if (before.opened === 'free') return { view: before };
  if (before.search.typing !== null)
    return { view: typed(before, before.search.typing, key, facts) };
  const view = before.said === null ? before : { ...before, said: null };
  const page = Math.max(1, facts.logRows - 1);
  switch (key) {
    case 'd':
      return { view, does: 'detach' };
    case 'c':
      return { view, does: 'copy' };
    case 'p':
      return { view, does: 'page' };
    case 'f':
      return { view: facts.canFree ? { ...view, opened: 'free' } : view };
    case '/':
      return { view: { ...view, search: { ...view.search, typing: '' } } };
    case 'n':
      if (view.search.query === '') {
        return { view: { ...view, notify: !view.notify }, does: 'notify' };
      }
      return { view: toMatch(view, 'down', facts) };
    case 'N':
      return { view: view.search.query === '' ? view : toMatch(view, 'up', facts) };
    case 'l':
      return { view: { ...view, focus: 'log' } };
    case 'a':
      return { view: { ...view, log: toggledAll(view.log), top: null } };
    case 'tab':
      return { view: tabbed(view, facts.panes) };
    case 'escape':
      return { view: escaped(view) };
    case 'pageUp':
      return { view: scrolledBy(view, -page, facts) };
    case 'pageDown':
      return { view: scrolledBy(view, page, facts) };
    case 'home':
      return { view: { ...view, top: facts.log.first } };
    case 'end':
      return { view: { ...view, top: null } };
    case 'left':
    case 'right':
      return { view: otherStep(view, key === 'left' ? -1 : 1, facts) };
    case 'up':
    case 'down':
      return { view: facts.asked ? view : moved(view, key === 'up' ? -1 : 1, facts) };
    case 'enter':
      return { view: facts.asked ? view : opened(view, facts) };
    default:
      return { view };
  }
}

/** Several characters at once: for the search field, or from its key on; else they mean nothing. */
export function pressText(view: RunView, text: string, facts: ViewFacts): RunView {
  const typing = view.search.typing !== null;
  // A held key comes in bunches where the line is slow: going through matches is harmless.
  const again = view.search.query !== '' && /^(n+|N+)$/.test(text);
  if (!typing && !again && !text.startsWith('/')) return view;
  let next = view;
  for (const char of text) {
    next = pressKey(next, char === '\r' || char === '\n' ? 'enter' : char, facts).view;
    // Behind Enter it is no longer typed into the field.
    if (next.search.typing === null && !again) break;
  }
  return next;
}

function typed(view: RunView, text: string, key: string, facts: ViewFacts): RunView {
  const { search } = view;
  const typing = (next: string | null): RunView => ({
    ...view,
    search: { ...search, typing: next },
  });
  if (key === 'escape') return typing(null);
  if (key === 'backspace') return text === '' ? typing(null) : typing(text.slice(0, -1));
  if (key === 'enter') {
    if (text === '') return { ...view, search: noSearch };
    const asked = { ...view, search: { typing: null, query: text, at: null } };
    return toMatch(asked, 'down', facts);
  }
  return [...key].length === 1 && key >= ' ' ? typing(text + key) : view;
}

/** From the line that was found last, else from the window on. */
function toMatch(view: RunView, direction: 'down' | 'up', facts: ViewFacts): RunView {
  const { log, logRows } = facts;
  const found = foundIn(log, view.search.query);
  const { at } = view.search;
  const from =
    at === null ? windowTop(log, logRows, view.top) : direction === 'down' ? at + 1 : at - 1;
  // Followed from its end a log has its matches above: the newest is meant.
  const way =
    at === null && view.top === null && !found.some((line) => line >= from) ? 'up' : direction;
  const next = nextMatch(found, from, way);
  const search = { ...view.search, at: next };
  return next === null
    ? { ...view, search, focus: 'log' }
    : {
        ...view,
        search,
        focus: 'log',
        top: centredOn(log, logRows, next),
        // Where the log had to give way it gets the page: what is found must be seen.
        opened: logRows < 1 ? (view.opened ?? 'log') : view.opened,
      };
}

function toggledAll(log: LogChoice): LogChoice {
  return log.of === 'all' ? { of: 'newest' } : { of: 'all' };
}

function tabbed(view: RunView, panes: readonly PaneId[]): RunView {
  if (view.opened) return view;
  const at = panes.indexOf(view.focus);
  return { ...view, focus: panes[(at + 1) % panes.length] ?? view.focus };
}

/** One thing at a time: the search, the open page, the scrolled log, the cursor. */
function escaped(view: RunView): RunView {
  if (view.search.query !== '') return { ...view, search: noSearch };
  if (view.opened === 'step') return { ...view, opened: null, log: { of: 'newest' }, top: null };
  if (view.opened) return { ...view, opened: null };
  if (view.top !== null || view.log.of !== 'newest') {
    return { ...view, top: null, log: { of: 'newest' } };
  }
  return { ...view, step: null, focus: 'steps' };
}

function scrolledBy(view: RunView, by: number, { log, logRows }: ViewFacts): RunView {
  return { ...view, top: scrolled(log, logRows, view.top, by) };
}

/** Left and Right: the step before, the step after; behind the last it is the newest again. */
function otherStep(view: RunView, by: -1 | 1, facts: ViewFacts): RunView {
  const { logged, shown } = facts;
  if (logged.length === 0) return view;
  const at = shown === null ? logged.length : logged.indexOf(shown);
  const next = at === -1 ? logged.at(-1) : logged[at + by];
  if (next === undefined && by < 0) return view;
  const log: LogChoice = next === undefined ? { of: 'newest' } : { of: 'step', id: next };
  const search = view.search.query === '' ? noSearch : { ...view.search, at: null };
  const step = view.opened === 'step' && next !== undefined ? next : view.step;
  return { ...view, log, search, step, top: null };
}

function moved(view: RunView, by: -1 | 1, facts: ViewFacts): RunView {
  if (view.opened || view.focus === 'log') return scrolledBy(view, by, facts);
  if (view.focus !== 'steps') return view;
  const { steps, current } = facts;
  if (steps.length === 0) return view;
  const here = view.step ?? current;
  const at = here === null ? steps.length - 1 : steps.indexOf(here);
  // The first key only shows where the cursor is.
  const next = view.step === null ? at : Math.max(0, Math.min(steps.length - 1, at + by));
  return { ...view, step: steps[Math.max(0, next)] ?? null };
}

function opened(view: RunView, { steps, current }: ViewFacts): RunView {
  if (view.opened) return view;
  if (view.focus === 'log') return { ...view, opened: 'log' };
  const step = view.step ?? current;
  if (view.focus !== 'steps' || step === null || !steps.includes(step)) return view;
  const search = view.search.query === '' ? noSearch : { ...view.search, at: null };
  return { ...view, step, opened: 'step', log: { of: 'step', id: step }, search, top: null };
}
