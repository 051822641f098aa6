import { elapsedMs, type RunState } from '../../src/pipeline/run-state.ts';
import { formatClock, formatDuration } from '../../src/text/format.ts';
import type { Line } from '../kit/row.tsx';
import { NARROW_COLUMNS } from '../kit/surroundings.tsx';
import { wholeSeconds } from '../run-fields.ts';
import { words } from '../words.ts';
import { doneAbout, type RunBackground } from './background.ts';
import { foundIn } from './log-search.ts';
import type { NumberedLines } from './log-tail.ts';
import type { RunView } from './run-view.ts';

/** What was told to the run, the search that is typed, or what came of a key; in this order. */
export function statusLine(
  told: string | null,
  { search, said }: RunView,
  log: NumberedLines,
): Line | null {
  if (told !== null) return [{ text: told, tone: 'warn' }];
  if (search.typing !== null) {
    return [
      { text: '/', tone: 'accent' },
      { text: `${search.typing}_`, tone: 'strong' },
    ];
  }
  if (said !== null) return [{ text: said }];
  const { query, at } = search;
  const missing = query !== '' && at === null && foundIn(log, query).length === 0;
  return missing ? [{ text: words.panes.notFound(query) }] : null;
}

/** Where nothing else is to be said: what the run itself said last, or an empty row. */
export function noteLine({ notes }: RunState): Line {
  const note = notes.findLast(({ level }) => level === 'info');
  return [{ text: note?.text ?? ' ', tone: 'quiet' }];
}

/** `6 m 18 s, done about 14:36`. */
export function timeLine(
  run: RunState,
  background: RunBackground,
  now: Date,
  columns: number,
): Line {
  const took = formatDuration(wholeSeconds(elapsedMs(run, now)));
  const end = run.result ? null : doneAbout(background, run.startedAt, now);
  if (end === null || columns < NARROW_COLUMNS + 10) return [{ text: took }];
  return [{ text: `${took}, ${words.panes.doneAbout(formatClock(end))}` }];
}
