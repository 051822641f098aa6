import { otherBytesNow, runBytesNow } from '../../src/pipeline/disk-written.ts';
import type { DiskSample, RunState } from '../../src/pipeline/run-state.ts';
import { formatBytes, formatRatePerMinute } from '../../src/text/format.ts';
import { bar } from '../kit/bar.ts';
import { cells } from '../kit/cells.ts';
import { type Line, type Span, spansOf } from '../kit/row.tsx';
import { NARROW_COLUMNS } from '../kit/surroundings.tsx';
import type { Tone } from '../kit/theme.ts';
import { fitting, LABEL, roughly } from '../run-fields.ts';
import { distinctDisks } from '../run-layout.ts';
import { words } from '../words.ts';
import type { RunBackground } from './background.ts';
import { type PaneDrawn, paneRow, paneTitle } from './pane-title.ts';

const GAUGE = 40;
/** A fall slower than this is the machine's own breathing, bytes a second. */
const NOTABLE_RATE = 1e6;
/** Less than this was written by nobody in particular. */
const NOTABLE_BYTES = 1e6;
/**
 * Looks before a forecast is shown: what a step writes in its first seconds (a context, a layer)
 * does not go on, and would be the end of any disk in minutes.
 */
const FORECAST_SAMPLES = 10;
/** So near an end is a warning, seconds. */
const SOON = 600;

/** Each disk with its free space, the tightest first, with a gauge and what it comes to. */
export function diskLines(state: RunState, drawn: PaneDrawn, background: RunBackground): Line[] {
  const disks = distinctDisks(state).sort((a, b) => a.freeBytes - b.freeBytes);
  return disks.flatMap((disk, at) =>
    at === 0 ? tightest(disk, drawn, background) : [otherLine(disk, drawn)],
  );
}

/** The one row that is never given up: free space and how long it lasts. */
export function diskLine(state: RunState, drawn: PaneDrawn): Line[] {
  const [disk] = distinctDisks(state).sort((a, b) => a.freeBytes - b.freeBytes);
  if (!disk) return [];
  const narrow = drawn.width < NARROW_COLUMNS;
  const text = joined(words.run.freeOnly(formatBytes(disk.freeBytes)), fullText(disk, narrow));
  return [toned(paneTitle('disk', text, '', drawn), diskTone(disk))];
}

function tightest(disk: DiskSample, drawn: PaneDrawn, background: RunBackground): Line[] {
  const { theme, width } = drawn;
  const tone = diskTone(disk);
  if (width < NARROW_COLUMNS - 2) {
    const text = joined(words.run.freeOnly(formatBytes(disk.freeBytes)), fullText(disk, true));
    // Each figure in a row of its own: where there is one row only it is the first.
    const more = [rateText(disk), whoText(disk), stopsText(disk)].filter(Boolean);
    return [
      toned(paneTitle('disk', text, '', drawn), tone),
      ...more.map((line): Line => `  ${line}`),
    ];
  }
  const room = width - LABEL;
  const planned = plannedText(disk, background);
  const title = paneTitle('disk', spaceText(disk, room - cells(planned) - 2), planned, drawn);
  const full = fullText(disk, false);
  const used = 1 - disk.freeBytes / Math.max(1, disk.totalBytes);
  const gauge = spansOf(bar(used, Math.min(GAUGE, room - cells(full) - 2), theme, tone));
  const beside: Span = full ? { text: `  ${full}`, tone } : { text: '' };
  const last = lastText(disk, room);
  return [
    title,
    ...(gauge.length > 0
      ? [[{ text: ' '.repeat(LABEL) }, ...gauge, beside]]
      : full
        ? [paneRow(full, drawn)]
        : []),
    ...(last ? [paneRow(last, drawn)] : []),
  ];
}

function otherLine(disk: DiskSample, drawn: PaneDrawn): Line {
  return paneRow(spaceText(disk, drawn.width - LABEL), drawn);
}

/** Which disk, what is free of how much, and how fast it falls; as much of it as fits. */
function spaceText(disk: DiskSample, room: number): string {
  const { place, name = words.places[place], freeBytes, totalBytes } = disk;
  const free = words.run.freeOnly(formatBytes(freeBytes));
  const ofAll = words.run.free(formatBytes(freeBytes), formatBytes(totalBytes));
  const named = `${name} ${ofAll}`;
  const rate = rateText(disk);
  return fitting([joined(named, rate), joined(ofAll, rate), joined(free, rate), free], room);
}

function joined(...texts: readonly string[]): string {
  return texts.filter(Boolean).join(', ');
}

function rateText({ samples, bytesPerSecond }: DiskSample): string {
  if (samples < 2 || Math.abs(bytesPerSecond) < NOTABLE_RATE) return '';
  const rate = formatRatePerMinute(Math.abs(bytesPerSecond));
  return bytesPerSecond > 0 ? words.run.falling(rate) : words.panes.rising(rate);
}

function fullText({ samples, fullInSeconds }: DiskSample, narrow: boolean): string {
  if (samples < FORECAST_SAMPLES || fullInSeconds === undefined) return '';
  const time = roughly(fullInSeconds * 1000);
  return narrow ? words.run.fullInShort(time) : words.run.fullIn(time);
}

/** The least that the plan leaves free here. */
function plannedText({ place, written }: DiskSample, { plan }: RunBackground): string {
  const start = plan?.disk.find((each) => each.place === place)?.freeBytes ?? null;
  const most = written?.plannedBytes ?? null;
  if (start === null || most === null || most > start) return '';
  return words.panes.planned(formatBytes(start - most));
}

/** Who wrote, and where a build stops itself: what a person who sees it fall asks. */
function lastText(disk: DiskSample, room: number): string {
  const who = whoText(disk);
  const stops = stopsText(disk);
  return fitting([[who, stops].filter(Boolean).join('; '), who || stops], room);
}

function whoText({ written }: DiskSample): string {
  if (!written) return '';
  const own = formatBytes(runBytesNow(written));
  const others = otherBytesNow(written);
  if (others > 0) return words.panes.thisRun(own, formatBytes(others));
  return runBytesNow(written) < NOTABLE_BYTES ? '' : words.panes.thisRunOnly(own);
}

function stopsText({ stopsAtBytes }: DiskSample): string {
  return stopsAtBytes === undefined ? '' : words.panes.stopsAt(formatBytes(stopsAtBytes));
}

export function diskTone({ samples, fullInSeconds, freeBytes, ...disk }: DiskSample): Tone {
  if (disk.downloadsPaused) return 'warn';
  if (disk.stopsAtBytes !== undefined && freeBytes < disk.stopsAtBytes * 1.5) return 'warn';
  return samples >= FORECAST_SAMPLES && (fullInSeconds ?? SOON) < SOON ? 'warn' : 'ok';
}

/** A row whose text says by colour, too, how it stands. */
function toned(line: Line, tone: Tone): Line {
  if (tone === 'ok') return line;
  return spansOf(line).map((span, at) => (at === 1 ? { ...span, tone } : span));
}
