import type { RunState } from '../../src/pipeline/run-state.ts';
import type { UsualTime } from '../../src/pipeline/step-history.ts';
import { type BuildStep, stepBytes } from '../../src/pipeline/steps.ts';
import { formatDuration, formatOf } from '../../src/text/format.ts';
import { cells, fill } from '../kit/cells.ts';
import type { Line, Span } from '../kit/row.tsx';
import { NARROW_COLUMNS } from '../kit/surroundings.tsx';
import { type SignId, sign, signWidth, type Theme } from '../kit/theme.ts';
import { wholeSeconds } from '../run-fields.ts';
import { isBuilding, isOver, ofImage, shownSteps, stepTitle } from '../run-steps.ts';
import { words } from '../words.ts';
import type { RunBackground } from './background.ts';
import { foldSteps, type StepRow } from './fold-steps.ts';
import { type PaneDrawn, paneTitle } from './pane-title.ts';

/** Cells of the columns at the right: `24 m 10 s`, `12-14 min`, `1.9 of 3.9 GB`. */
const TOOK = 9;
const USUAL = 9;
const MOVED = 13;
const GAP = 2;
/** Cells that a title keeps before the column of bytes goes. */
const LEAST_TITLE = 36;

/** Which columns there are; they depend on nothing that changes while a run goes on. */
interface Columns {
  usual: boolean;
  moved: boolean;
}

/** Rows that the steps would fill, and those below which running ones would be cut. */
export function stepRows(state: RunState): { wanted: number; least: number } {
  const steps = shownSteps(state);
  if (steps.length === 0) return { wanted: isBuilding(state) ? 1 : 0, least: 0 };
  const going = steps.filter((step) => step.state === 'running' || step.state === 'failed').length;
  return { wanted: steps.length + 1, least: Math.min(steps.length + 1, going + 2) };
}

/** The steps in at most `rows` rows: their title, then each in its place (see foldSteps). */
export function stepLines(
  state: RunState,
  rows: number,
  drawn: PaneDrawn,
  { usual }: Pick<RunBackground, 'usual'>,
  cursor: string | null,
): Line[] {
  const steps = shownSteps(state);
  if (rows < 1) return [];
  if (steps.length === 0) {
    return isBuilding(state) ? [paneTitle('steps', words.run.buildBegins, '', drawn)] : [];
  }
  const columns = columnsFor(drawn.width, usual.size > 0);
  const counted = steps.filter(ofImage);
  const count =
    counted.length === 0
      ? words.run.buildBegins
      : words.run.steps(counted.filter(isOver).length, counted.length);
  const title = paneTitle('steps', count, titles(columns, drawn), drawn);
  const list = foldSteps(steps, rows - 1, cursor);
  return [title, ...list.map((row) => rowLine(row, columns, drawn, usual, cursor))];
}

function columnsFor(width: number, hasUsual: boolean): Columns {
  const room = width - signWidth({ unicode: true } as Theme) - TOOK - GAP;
  const usual = hasUsual && room - USUAL - GAP >= LEAST_TITLE;
  const left = room - (usual ? USUAL + GAP : 0);
  return { usual, moved: width >= NARROW_COLUMNS && left - MOVED - GAP >= LEAST_TITLE };
}

function titles(columns: Columns, { theme }: PaneDrawn): string {
  if (theme.screenReader) return '';
  return right(
    { took: words.panes.took, usual: words.panes.usual, moved: '' },
    columns,
  ).trimStart();
}

/** The columns at the right, each as wide in every row. */
function right(of: { took: string; usual: string; moved: string }, columns: Columns): string {
  return [
    fill(of.took, TOOK, 'right'),
    ...(columns.usual ? [fill(of.usual, USUAL, 'right')] : []),
    ...(columns.moved ? [fill(of.moved, MOVED, 'right')] : []),
  ].join(' '.repeat(GAP));
}

function rowLine(
  row: StepRow,
  columns: Columns,
  drawn: PaneDrawn,
  usual: ReadonlyMap<string, UsualTime>,
  cursor: string | null,
): Line {
  return 'step' in row
    ? stepLine(row.step, columns, drawn, usual.get(stepTitle(row.step)), row.step.id === cursor)
    : foldedLine(row.folded, columns, drawn);
}

const stepSigns: Record<BuildStep['state'], SignId> = {
  waiting: 'wait',
  running: 'run',
  unneeded: 'skip',
  canceled: 'skip',
  done: 'ok',
  failed: 'fail',
};

function stepLine(
  step: BuildStep,
  columns: Columns,
  drawn: PaneDrawn,
  usual: UsualTime | undefined,
  pointed: boolean,
): Line {
  const { now, theme, width } = drawn;
  const mark = sign(theme, stepSigns[step.state]);
  const of = { took: tookText(step, now), usual: usualText(usual), moved: movedText(step) };
  const title = stepTitle(step);
  if (theme.screenReader) {
    return [mark.text, title, of.took, of.usual && `${words.panes.usual} ${of.usual}`, of.moved]
      .filter(Boolean)
      .join(' ');
  }
  const spin = step.state === 'running' ? spinner(theme, now) : '';
  const at = right(of, columns);
  const room = width - signWidth(theme) - 1 - cells(at) - GAP;
  // Without a column of their own the bytes stand at the end of the title.
  const inTitle =
    columns.moved || of.moved === '' || width < NARROW_COLUMNS - 8 ? '' : `  ${of.moved}`;
  const titleRoom = room - cells(inTitle);
  return [
    ...signSpans(spin ? `${spin} ${mark.text}` : mark.text, mark.tone, pointed, theme),
    { text: fill(title, titleRoom, 'left', theme.ellipsis), tone: titleTone(step, pointed) },
    {
      text: `${inTitle}${' '.repeat(GAP)}${at}`,
      tone: step.state === 'running' ? 'plain' : 'quiet',
    },
  ];
}

/** The sign, and where the cursor is, beside it. */
function signSpans(text: string, tone: Span['tone'], pointed: boolean, theme: Theme): Span[] {
  const room = signWidth(theme) + 1;
  const span = (shown: string): Span => (tone ? { text: shown, tone } : { text: shown });
  if (!pointed) return [span(fill(text, room))];
  const cursor = sign(theme, 'cursor');
  return [span(fill(text, room - 2)), { text: `${cursor.text} `, tone: cursor.tone }];
}

function tookText(step: BuildStep, now: Date): string {
  if (step.cached) return words.run.cached;
  if (step.ms !== null) return formatDuration(step.ms);
  if (step.state !== 'running' || step.startedAt === null) return '';
  return formatDuration(wholeSeconds(now.getTime() - Date.parse(step.startedAt)));
}

/** `2-4 min`, `1 min`; below a minute the longest: `40 s`. */
export function usualText(usual: UsualTime | undefined): string {
  if (!usual) return '';
  if (usual.highMs < 60_000) return formatDuration(usual.highMs);
  const [low, high] = [usual.lowMs, usual.highMs].map((ms) => Math.max(1, Math.round(ms / 60_000)));
  return low === high ? `${low} min` : `${low}-${high} min`;
}

function movedText(step: BuildStep): string {
  const bytes = step.state === 'running' ? stepBytes(step) : null;
  return bytes && bytes.total > 1e6 ? formatOf(bytes.current, bytes.total) : '';
}

function titleTone(step: BuildStep, pointed: boolean): 'plain' | 'quiet' | 'fail' | 'strong' {
  if (step.state === 'failed') return 'fail';
  if (pointed) return 'strong';
  return step.state === 'waiting' || step.state === 'canceled' ? 'quiet' : 'plain';
}

/** `ok   base, validate and 5 more        38 s`: stages of what is folded, and their time together. */
function foldedLine(steps: readonly BuildStep[], columns: Columns, drawn: PaneDrawn): Line {
  const { theme, width } = drawn;
  const over = steps.every(isOver);
  const mark = sign(theme, over ? 'ok' : 'wait');
  const stages = [...new Set(steps.flatMap(({ stage }) => stage ?? []))];
  const named = stages.slice(0, 2);
  const left = steps.length - named.length;
  const text = !over
    ? words.panes.foldedWaiting(steps.length)
    : named.length > 0 && left > 0
      ? words.panes.foldedDone(left, named.join(', '))
      : words.panes.foldedAlone(steps.length);
  const ms = steps.reduce((sum, step) => sum + (step.cached ? 0 : (step.ms ?? 0)), 0);
  const took = over && ms > 0 ? formatDuration(ms) : '';
  if (theme.screenReader) return [mark.text, text, took].filter(Boolean).join(' ');
  const at = right({ took, usual: '', moved: '' }, columns);
  const room = width - signWidth(theme) - 1 - cells(at) - GAP;
  return [
    { text: fill(mark.text, signWidth(theme) + 1), tone: mark.tone },
    { text: fill(text, room, 'left', theme.ellipsis), tone: 'quiet' },
    { text: `${' '.repeat(GAP)}${at}`, tone: 'quiet' },
  ];
}

function spinner({ spinner: frames }: Theme, now: Date): string {
  return frames[Math.floor(now.getTime() / 1000) % frames.length] ?? '';
}
