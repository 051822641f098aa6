import {
  type DiskSample,
  type ModelProgress,
  modelBytes,
  type RunState,
} from '../../src/pipeline/run-state.ts';
import { formatBytes, formatOf, formatRate } from '../../src/text/format.ts';
import { bar } from '../kit/bar.ts';
import { cells, fill } from '../kit/cells.ts';
import { type Line, spansOf } from '../kit/row.tsx';
import { NARROW_COLUMNS } from '../kit/surroundings.tsx';
import type { Tone } from '../kit/theme.ts';
import { LABEL, roughly } from '../run-fields.ts';
import { words } from '../words.ts';
import type { RunBackground } from './background.ts';
import { type PaneDrawn, paneTitle } from './pane-title.ts';

/** Cells of `16.9 of 17.1 GB`, of a bar, of a state in words. */
const AMOUNT = 15;
const BAR = 20;
const STATE = 18;
const TIGHT = 74;
/** An ETA needs more than one look at the rate: what two seconds bring must be there. */
const HONEST_SECONDS = 2;

/**
 * The downloads: all together, then each file in its place, with a bar, its bytes, and its rate or
 * what it waits for. Before they begin, what there is to fetch.
 */
export function modelLines(
  state: RunState,
  drawn: PaneDrawn,
  { plan }: Pick<RunBackground, 'plan'>,
): Line[] {
  const { models, phases } = state;
  if (models.length === 0) {
    const toFetch = plan?.downloadBytes ?? 0;
    if (phases.models.state !== 'waiting' || toFetch === 0) return [];
    return [paneTitle('models', words.panes.fetchAfterBuild(formatBytes(toFetch)), '', drawn)];
  }
  const all = sumLine(state, drawn);
  if (models.every(isHere)) return [all];
  const names = shortNames(models.map(({ file }) => file));
  const waits = Object.values(state.disk).some((disk: DiskSample) => disk.downloadsPaused);
  return [all, ...models.map((model, at) => fileLine(model, names[at] ?? '', drawn, waits))];
}

function sumLine(state: RunState, drawn: PaneDrawn): Line {
  const { models } = state;
  const { bytes, totalBytes } = modelBytes(state);
  if (models.every(isHere)) {
    return paneTitle('models', words.panes.fetched(models.length, formatBytes(bytes)), '', drawn);
  }
  const moving = models.filter((model) => model.state === 'downloading');
  const rate = moving.reduce((sum, model) => sum + model.bytesPerSecond, 0);
  const amount =
    bytes === 0 && moving.length === 0
      ? words.run.toFetch(formatBytes(totalBytes))
      : formatOf(bytes, totalBytes);
  const parts = [amount, ...(rate > 0 ? [formatRate(rate)] : [])];
  const left = secondsLeft(models);
  const narrow = drawn.width < NARROW_COLUMNS - 2;
  const inWords = narrow ? words.panes.leftShort : words.panes.left;
  return paneTitle(
    'models',
    narrow ? amount : parts.join(', '),
    left === null ? '' : inWords(roughly(left * 1000)),
    drawn,
  );
}

/** Seconds until all is here; null where a size is unknown or nothing has moved for long enough. */
export function secondsLeft(models: readonly ModelProgress[]): number | null {
  const open = models.filter((model) => !isHere(model));
  const moving = open.filter(({ state }) => state === 'downloading');
  const rate = moving.reduce((sum, model) => sum + model.bytesPerSecond, 0);
  const moved = moving.reduce((sum, model) => sum + model.bytes, 0);
  if (rate <= 0 || moved < rate * HONEST_SECONDS) return null;
  if (open.some(({ totalBytes }) => totalBytes === null)) return null;
  const missing = open.reduce((sum, model) => sum + (model.totalBytes ?? 0) - model.bytes, 0);
  return missing / rate;
}

export function isHere({ state }: ModelProgress): boolean {
  return state === 'done' || state === 'present' || state === 'reused';
}

function fileLine(model: ModelProgress, name: string, drawn: PaneDrawn, waits: boolean): Line {
  const { theme, width } = drawn;
  const { bytes, totalBytes, state } = model;
  const amount = amountText(model);
  const said = stateText(model, waits);
  const tone = stateTone(state);
  if (theme.screenReader) return [name, amount, said].join(', ');
  if (width < NARROW_COLUMNS - 2) {
    const right = state === 'downloading' ? amount : said;
    return [
      { text: fill(name, width - cells(right) - 2, 'left', theme.ellipsis) },
      { text: `  ${right}`, tone },
    ];
  }
  const wide = width >= LABEL + 16 + BAR + AMOUNT + STATE + 6;
  const gauge = wide ? spansOf(bar(bytes / Math.max(1, totalBytes ?? 0), BAR, theme, tone)) : [];
  // Where there is little room a name is worth more than standing under the others.
  const indent = width < TIGHT ? 2 : LABEL;
  const room = width - indent - AMOUNT - STATE - 4 - (wide ? BAR + 2 : 0);
  return [
    { text: ' '.repeat(indent) },
    { text: fill(name, Math.max(8, room), 'left', theme.ellipsis) },
    ...(wide ? [{ text: '  ' }, ...gauge] : []),
    { text: `  ${fill(amount, AMOUNT, 'right')}` },
    { text: `  ${fill(said, STATE, 'left', theme.ellipsis)}`, tone },
  ];
}

/** What is here of it; of a file that has not begun, how large it is. */
function amountText({ bytes, totalBytes }: ModelProgress): string {
  if (totalBytes === null) return bytes === 0 ? '' : formatBytes(bytes);
  if (bytes === 0 || bytes === totalBytes) return formatBytes(totalBytes);
  return formatOf(bytes, totalBytes);
}

/** What a file does: its rate and, where it is honest, the time left, or a word. */
function stateText(model: ModelProgress, waits: boolean): string {
  const { state, bytesPerSecond } = model;
  if (state === 'paused' && waits) return words.panes.pausedForSpace;
  if (state !== 'downloading' || bytesPerSecond <= 0) return words.panes.states[state];
  const left = secondsLeft([model]);
  const rate = formatRate(bytesPerSecond);
  return left === null ? rate : `${rate}, ~${roughly(left * 1000)}`;
}

function stateTone(state: ModelProgress['state']): Tone {
  if (state === 'downloading' || state === 'verifying') return 'busy';
  if (state === 'failed' || state === 'mismatch' || state === 'missing') return 'fail';
  if (state === 'paused') return 'warn';
  return state === 'waiting' || state === 'resolving' ? 'quiet' : 'ok';
}

/** File names without the folders that all of them have. */
function shortNames(files: readonly string[]): string[] {
  return files.map((file) => file.split('/').at(-1) ?? file);
}
