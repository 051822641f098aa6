import { type PhaseId, phaseIds } from '../src/contract/ids.ts';
import {
  buildSteps,
  type DiskSample,
  modelBytes,
  type PhaseState,
  type RunState,
} from '../src/pipeline/run-state.ts';
import { type BuildStep, stepBytes } from '../src/pipeline/steps.ts';
import {
  formatBytes,
  formatDuration,
  formatMemory,
  formatMemoryTotal,
  formatOf,
  formatRate,
  formatRatePerMinute,
} from '../src/text/format.ts';
import { bar } from './kit/bar.ts';
import { cells, fill } from './kit/cells.ts';
import { signed } from './kit/labelled.ts';
import { type Line, type Span, spansOf } from './kit/row.tsx';
import { NARROW_COLUMNS } from './kit/surroundings.tsx';
import { type SignId, sign, signWidth, type Theme } from './kit/theme.ts';
import { words } from './words.ts';

/** What the lines of a run are drawn for. */
export interface Drawn {
  now: Date;
  /** Cells of a row. */
  width: number;
  theme: Theme;
}

/** `ok 2 of 7 phases  >  RUN build 5 m 57 s  >  wait models, image`: where the run is. */
export function phaseStrip(state: RunState, { now, theme, width }: Drawn): Line {
  const asked = phaseIds.filter((id) => (id !== 'push' && id !== 'deploy') || begun(state, id));
  const done = asked.filter((id) => state.phases[id].state === 'done');
  const parts: Span[][] = [];
  const put = (id: SignId, text: string) => {
    const mark = sign(theme, id);
    parts.push([{ text: mark.text, tone: mark.tone }, { text: ` ${text}` }]);
  };
  if (done.length > 0) put('ok', words.run.phasesDone(done.length, asked.length));
  for (const id of asked) {
    const phase = state.phases[id];
    if (phase.state === 'failed') put('fail', words.phases[id]);
    if (phase.state === 'stopped') put('skip', words.phases[id]);
    if (phase.state !== 'running') continue;
    const ms = now.getTime() - Date.parse(phase.startedAt);
    put('run', `${words.phases[id]} ${formatDuration(wholeSeconds(ms))}`);
  }
  const waiting = asked.filter((id) => state.phases[id].state === 'waiting');
  if (waiting.length > 0 && width >= NARROW_COLUMNS) {
    const named = waiting.slice(0, 2).map((id) => words.phases[id]);
    const more = waiting.length > 2 ? [words.run.more(waiting.length - 2)] : [];
    put('wait', [named.join(', '), ...more].join(' '));
  }
  const between: Span = { text: theme.screenReader ? ', ' : '  >  ', tone: 'quiet' };
  return parts.flatMap((part, index) => (index === 0 ? part : [between, ...part]));
}

function begun(state: RunState, id: PhaseId): boolean {
  const phase: PhaseState = state.phases[id];
  return phase.state !== 'waiting';
}

/** Steps of the image; BuildKit's own reading and sending is left out once it is done. */
export function shownSteps(state: RunState): BuildStep[] {
  return buildSteps(state).filter(
    (step) =>
      step.state !== 'unneeded' &&
      (step.stage !== null || /^export/.test(step.title) || step.state === 'failed'),
  );
}

/**
 * The steps in at most `rows` rows under their title. Running and failed ones never fold; done ones
 * fold into `and N more`, the oldest first; waiting ones fold last to first.
 */
export function stepLines(state: RunState, rows: number, drawn: Drawn): Line[] {
  const steps = shownSteps(state);
  if (steps.length === 0 || rows < 2) return [];
  const over = (step: BuildStep) => step.state === 'done' || step.state === 'canceled';
  const done = steps.filter(over);
  const going = steps.filter((step) => step.state === 'running' || step.state === 'failed');
  const waiting = steps.filter((step) => step.state === 'waiting');
  let room = rows - 1 - going.length;
  const doneShown = take(done.length, room, Math.min(3, waiting.length));
  room -= doneShown.rows;
  const waitingShown = take(waiting.length, room, 0);
  const kept = doneShown.items === 0 ? [] : done.slice(-doneShown.items);
  const lines: Line[] = [
    fields(words.run.stepsTitle, words.run.steps(done.length, steps.length), words.run.took, drawn),
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
  if (steps.length === 0) return { wanted: 0, least: 0 };
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

/** The step whose log is shown: the failed one, else the newest that runs and has said something. */
export function loggedStep(state: RunState): BuildStep | null {
  const steps = buildSteps(state);
  const running = steps.filter((step) => step.state === 'running');
  return (
    steps.find((step) => step.state === 'failed') ??
    running.findLast((step) => step.log.lines.length > 0) ??
    steps.findLast((step) => step.log.lines.length > 0) ??
    null
  );
}

export function logTitle(step: BuildStep, drawn: Drawn): Line {
  const title = step.stage ? `${step.stage}: ${step.title}` : step.title;
  return fields(words.run.log, title, words.run.following, drawn);
}

/** The models together, and each that is on its way. */
export function modelLines(state: RunState, drawn: Drawn): Line[] {
  if (state.models.length === 0) return [];
  const moving = state.models.filter(
    ({ state: of }) => of === 'downloading' || of === 'verifying' || of === 'paused',
  );
  const { bytes, totalBytes } = modelBytes(state);
  const rate = moving.reduce((sum, model) => sum + model.bytesPerSecond, 0);
  const some = bytes === 0 && moving.length === 0;
  const amount = some ? words.run.toFetch(formatBytes(totalBytes)) : formatOf(bytes, totalBytes);
  const sum = amount + (rate > 0 ? `, ${formatRate(rate)}` : '');
  return [
    fields(words.run.models, sum, '', drawn),
    ...moving.map((model) => {
      const of = model.totalBytes === null ? '' : formatOf(model.bytes, model.totalBytes);
      return fields('', model.file, of, drawn);
    }),
  ];
}

/** Each place with its free space; the tightest with a gauge and, when it fills, the time left. */
export function diskLines(state: RunState, drawn: Drawn): Line[] {
  const places = Object.values(state.disk).sort((a, b) => a.freeBytes - b.freeBytes);
  // Places on one filesystem have the same figures: said once.
  const distinct = places.filter(
    (disk, index) =>
      places.findIndex(
        (other) => other.freeBytes === disk.freeBytes && other.totalBytes === disk.totalBytes,
      ) === index,
  );
  return distinct.flatMap((disk, index) => placeLines(disk, index === 0, drawn));
}

function placeLines(disk: DiskSample, tightest: boolean, drawn: Drawn): Line[] {
  const { theme, width } = drawn;
  const narrow = width < NARROW_COLUMNS;
  const honest = disk.samples > 1;
  const full =
    honest && disk.fullInSeconds !== undefined
      ? words.run.fullIn(formatDuration(disk.fullInSeconds * 1000))
      : '';
  const falling =
    honest && disk.bytesPerSecond > 1e6
      ? words.run.falling(formatRatePerMinute(disk.bytesPerSecond))
      : '';
  const free = formatBytes(disk.freeBytes);
  const space = narrow
    ? words.run.freeOnly(free)
    : `${words.places[disk.place]} ${words.run.free(free, formatBytes(disk.totalBytes))}`;
  const tone = disk.fullInSeconds !== undefined && disk.fullInSeconds < 600 ? 'warn' : 'ok';
  const used = 1 - disk.freeBytes / Math.max(1, disk.totalBytes);
  const gauge = tightest && !narrow ? spansOf(bar(used, 40, theme, tone)) : [];
  const beside = gauge.length === 0 ? [full] : [];
  const text = [space, ...beside, narrow ? '' : falling].filter(Boolean).join(', ');
  const line = fields(tightest ? words.run.disk : '', text, '', drawn);
  if (gauge.length === 0) return [line];
  return [line, [{ text: ' '.repeat(LABEL) }, ...gauge, { text: full && `  ${full}` }]];
}

export function gpuLines(state: RunState, drawn: Drawn): Line[] {
  return state.gpus.map((gpu, index) => {
    const { memoryTotalBytes: total, memoryUsedBytes: used } = gpu;
    const free =
      total === null || used === null
        ? ''
        : `, ${words.run.gpuFree(formatMemory(total - used), formatMemoryTotal(total))}`;
    const busy = gpu.utilizationPercent == null ? '' : `, ${gpu.utilizationPercent} % busy`;
    return fields(index === 0 ? words.run.gpu : '', `${gpu.name}${free}${busy}`, '', drawn);
  });
}

const levelSigns = { ok: 'ok', warn: 'warn', fail: 'fail', skip: 'skip' } as const;

/** Levels of the test as they come in, and what is being done. */
export function levelLines(state: RunState, drawn: Drawn): Line[] {
  const { theme, width } = drawn;
  const titleWidth = Math.max(...Object.values(words.levels).map(cells));
  const lines = state.levels.flatMap((level) =>
    signed(levelSigns[level.status], words.levels[level.id], level.detail, {
      theme,
      titleWidth,
      width,
      most: 1,
    }),
  );
  const progress = state.smokeProgress;
  if (!progress) return lines;
  const { text, value, max } = progress;
  const count = value === undefined || max === undefined ? '' : ` ${value} of ${max}`;
  return [...lines, ...signed('run', words.run.test, text + count, { theme, titleWidth, width })];
}

const LABEL = 9;

/** `Label    text                right`. */
function fields(label: string, text: string, right: string, { width, theme }: Drawn): Line {
  if (theme.screenReader) return [label, text, right].filter(Boolean).join(' ');
  const labelWidth = width < NARROW_COLUMNS && label === '' ? 0 : LABEL;
  const room = width - labelWidth - (right ? cells(right) + 2 : 0);
  return [
    { text: fill(label, labelWidth), tone: 'strong' },
    { text: fill(text, Math.max(1, room), 'left', theme.ellipsis) },
    { text: right ? `  ${right}` : '', tone: 'quiet' },
  ];
}

/** A clock that ticks in seconds shows no tenths. */
function wholeSeconds(ms: number): number {
  const seconds = Math.max(0, Math.floor(ms / 1000)) * 1000;
  return seconds;
}
