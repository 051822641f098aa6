import { buildSteps, type RunState } from '../src/pipeline/run-state.ts';
import { type BuildStep, stepBytes } from '../src/pipeline/steps.ts';
import { formatDuration, formatOf } from '../src/text/format.ts';
import { cells, fill } from './kit/cells.ts';
import type { Line } from './kit/row.tsx';
import { NARROW_COLUMNS } from './kit/surroundings.tsx';
import { type SignId, sign, signWidth, type Theme } from './kit/theme.ts';
import { type Drawn, fields, wholeSeconds } from './run-fields.ts';
import { words } from './words.ts';

/** Steps of the image; BuildKit's own reading and sending is left out once it is done. */
export function shownSteps(state: RunState): BuildStep[] {
  return buildSteps(state).filter(
    (step) =>
      step.state !== 'unneeded' &&
      (ofImage(step) || step.state === 'failed' || (step.state === 'running' && step.title !== '')),
  );
}

function ofImage({ stage, title }: BuildStep): boolean {
  return stage !== null || /^export/.test(title);
}

/**
 * The steps in at most `rows` rows under their title. Running and failed ones never fold; done ones
 * fold into `and N more`, the oldest first; waiting ones fold last to first.
 */
export function stepLines(state: RunState, rows: number, drawn: Drawn): Line[] {
  const steps = shownSteps(state);
  if (rows < 1) return [];
  if (steps.length === 0) {
    return isBuilding(state)
      ? [fields(words.run.stepsTitle, words.run.buildBegins, '', drawn)]
      : [];
  }
  if (rows < 2) return [];
  const over = (step: BuildStep) => step.state === 'done' || step.state === 'canceled';
  const done = steps.filter(over);
  const going = steps.filter((step) => step.state === 'running' || step.state === 'failed');
  const waiting = steps.filter((step) => step.state === 'waiting');
  let room = rows - 1 - going.length;
  const doneShown = take(done.length, room, Math.min(3, waiting.length));
  room -= doneShown.rows;
  const waitingShown = take(waiting.length, room, 0);
  const kept = doneShown.items === 0 ? [] : done.slice(-doneShown.items);
  const counted = steps.filter(ofImage);
  const count = words.run.steps(counted.filter(over).length, counted.length);
  const lines: Line[] = [
    fields(
      words.run.stepsTitle,
      counted.length === 0 ? words.run.buildBegins : count,
      words.run.took,
      drawn,
    ),
  ];
  if (doneShown.folded)
    lines.push(foldedLine('ok', words.run.more(done.length - kept.length), drawn));
  lines.push(...kept.map((step) => stepLine(step, drawn)));
  lines.push(...going.map((step) => stepLine(step, drawn)));
  lines.push(...waiting.slice(0, waitingShown.items).map((step) => stepLine(step, drawn)));
  if (waitingShown.folded) {
    const left = waiting.length - waitingShown.items;
    lines.push(foldedLine('wait', words.run.moreWaiting(left), drawn));
  }
  return lines.slice(0, rows);
}

/** A build goes on; the engine says nothing before it has the whole context. */
function isBuilding({ phases }: RunState): boolean {
  return phases.image.state === 'running' || phases.dependencies.state === 'running';
}

/** How many of `count` items fit into the rows left when others need `reserved`; folding costs one. */
function take(count: number, room: number, reserved: number) {
  const available = Math.max(0, room - reserved);
  if (count <= available) return { items: count, rows: count, folded: false };
  if (available === 0) return { items: 0, rows: 0, folded: false };
  return { items: available - 1, rows: available, folded: true };
}

/** Rows that the steps would fill, and those below which running ones would be cut. */
export function stepRows(state: RunState): { wanted: number; least: number } {
  const steps = shownSteps(state);
  if (steps.length === 0) return { wanted: isBuilding(state) ? 1 : 0, least: 0 };
  const going = steps.filter((step) => step.state === 'running' || step.state === 'failed').length;
  return { wanted: steps.length + 1, least: Math.min(steps.length + 1, going + 2) };
}

const stepSigns: Record<BuildStep['state'], SignId> = {
  waiting: 'wait',
  running: 'run',
  unneeded: 'skip',
  canceled: 'skip',
  done: 'ok',
  failed: 'fail',
};

function stepLine(step: BuildStep, drawn: Drawn): Line {
  const { now, theme, width } = drawn;
  const mark = sign(theme, stepSigns[step.state]);
  const bytes = step.state === 'running' ? stepBytes(step) : null;
  const moved =
    bytes && bytes.total > 1e6 && width >= NARROW_COLUMNS
      ? formatOf(bytes.current, bytes.total)
      : '';
  const running = step.startedAt ? now.getTime() - Date.parse(step.startedAt) : 0;
  const ms = step.ms ?? (step.state === 'running' ? wholeSeconds(running) : null);
  const took = step.cached ? words.run.cached : ms === null ? '' : formatDuration(ms);
  const title = step.stage ? `${step.stage}: ${step.title}` : step.title;
  const spin = step.state === 'running' ? spinner(theme, now) : '';
  const signText = spin ? `${spin} ${mark.text}` : mark.text;
  if (theme.screenReader) return [mark.text, title, took, moved].filter(Boolean).join(' ');
  const signCells = signWidth(theme) + 1;
  const right = [moved, took].filter(Boolean).join('  ');
  const room = width - signCells - cells(right) - 2;
  return [
    { text: fill(signText, signCells), tone: mark.tone },
    { text: fill(title, room, 'left', theme.ellipsis), tone: titleTone(step) },
    { text: right && `  ${right}`, tone: step.state === 'running' ? 'plain' : 'quiet' },
  ];
}

function titleTone(step: BuildStep): 'plain' | 'quiet' | 'fail' {
  if (step.state === 'failed') return 'fail';
  return step.state === 'waiting' || step.state === 'canceled' ? 'quiet' : 'plain';
}

function foldedLine(id: SignId, text: string, { theme }: Drawn): Line {
  const mark = sign(theme, id);
  return [
    { text: fill(mark.text, signWidth(theme) + 1), tone: mark.tone },
    { text, tone: 'quiet' },
  ];
}

function spinner({ spinner: frames }: Theme, now: Date): string {
  return frames[Math.floor(now.getTime() / 1000) % frames.length] ?? '';
}

/**
 * The step whose log is shown: the failed one, else the newest that runs and has said something,
 * else, between two steps of a build, the last one. Null when nothing is being built.
 */
export function loggedStep(state: RunState): BuildStep | null {
  const steps = buildSteps(state).filter(({ title }) => title !== '');
  const failed = steps.find((step) => step.state === 'failed');
  if (failed || !isBuilding(state)) return failed ?? null;
  const said = steps.filter((step) => step.log.lines.length > 0);
  return said.findLast((step) => step.state === 'running') ?? said.at(-1) ?? null;
}

export function logTitle(step: BuildStep, drawn: Drawn): Line {
  const title = step.stage ? `${step.stage}: ${step.title}` : step.title;
  return fields(words.run.log, title, words.run.following, drawn);
}
