import { Box } from 'ink';
import type { Picture } from '../src/comfyui/media/pixels.ts';
import type { WayToOpen } from '../src/launch/browser.ts';
import { elapsedMs, type RunState } from '../src/pipeline/run-state.ts';
import { formatDuration } from '../src/text/format.ts';
import { cells, fill, wrapWords } from './kit/cells.ts';
import type { ColourDepth } from './kit/colour-depth.ts';
import { bodyRows, Frame } from './kit/frame.tsx';
import { giveWay } from './kit/give-way.ts';
import type { KeyHint } from './kit/key-line.ts';
import { useKeys } from './kit/keys.ts';
import { type Line, lineText, Rows, type Span } from './kit/row.tsx';
import { NARROW_COLUMNS, useSurroundings } from './kit/surroundings.tsx';
import type { Theme } from './kit/theme.ts';
import { noBackground, type RunBackground } from './panes/background.ts';
import { factLines, LABEL, withoutMeasured } from './report/fact-lines.ts';
import { firstFrameFile, frameRows, showsPictures } from './report/first-frame.ts';
import { FramePicture } from './report/frame-picture.tsx';
import { nextLines } from './report/next-lines.ts';
import { outputWord } from './report/saved-image.ts';
import { pathInFront, shortPath } from './report/short-path.ts';
import { runTitle } from './run.tsx';
import type { Drawn } from './run-fields.ts';
import { levelLines } from './run-layout.ts';
import { words } from './words.ts';

interface ReportScreenProps {
  run: RunState;
  runId: string;
  /** What came of a key that was pressed. */
  status: string | null;
  /** How the address gets before the person; null where nothing is known of where they sit. */
  way: WayToOpen | null;
  canStop: boolean;
  /** Its choices can be kept as a profile here. */
  canSave?: boolean;
  /** Its container was stopped from this page. */
  stopped: boolean;
  background?: RunBackground;
  /** The first frame of its video; null until it is read, and where there is none. */
  picture?: Picture | null;
  depth?: ColourDepth;
  /** The name by which Windows knows this Linux. */
  wslDistro?: string;
  active?: boolean;
  onFinish: () => void;
  onOpen: () => void;
  onStopContainer: () => void;
  onSave?: () => void;
  onCopy?: () => void;
}

/** What the keys of this report can do. */
export interface ReportCan {
  open: boolean;
  stop: boolean;
  save: boolean;
  copy: boolean;
}

export function reportKeys(can: ReportCan): KeyHint[] {
  const { keys } = words.report;
  return [
    { key: 'Enter', does: words.keys.finish },
    ...(can.open ? [{ key: 'o', does: keys.open }] : []),
    ...(can.copy ? [{ key: 'c', does: keys.copy, optional: true }] : []),
    ...(can.save ? [{ key: 's', does: keys.save, optional: true }] : []),
    ...(can.stop ? [{ key: 'x', does: words.keys.stopContainer, optional: true }] : []),
    { key: '?', does: '' },
  ];
}

/** A10: what runs where, what was proved, what was built, what to do next. */
export function ReportScreen(props: ReportScreenProps) {
  const { run, runId, status, way, stopped, active = true } = props;
  const { columns, rows, theme, home } = useSurroundings();
  const url = run.result?.url ?? null;
  const can: ReportCan = {
    open: way?.kind === 'browser' && !stopped,
    stop: props.canStop && !stopped,
    save: props.canSave ?? false,
    copy: props.onCopy !== undefined && url !== null && !stopped,
  };
  useKeys((key) => {
    if (key === 'enter' || key === 'escape') props.onFinish();
    else if (key === 'o' && can.open) props.onOpen();
    else if (key === 'x' && can.stop) props.onStopContainer();
    else if (key === 's' && can.save) props.onSave?.();
    else if (key === 'c' && can.copy) props.onCopy?.();
  }, active);
  const { head, picture, beside, below } = layOut(props, { columns, rows, theme, home });
  return (
    <Frame
      left={runTitle(runId, run.run?.profile ?? null, columns, run.run?.attempt)}
      right={[
        { text: words.report.ready(formatDuration(elapsedMs(run, new Date(0)))), tone: 'ok' },
      ]}
      keys={reportKeys(can)}
      status={status === null ? null : [{ text: status }]}
    >
      <Rows lines={head} />
      <Box flexShrink={0}>
        {picture ? <FramePicture {...picture} /> : null}
        <Rows lines={beside} />
      </Box>
      <Rows lines={below} />
    </Frame>
  );
}

/** At the most this share of the width is the picture's: sentences beside it must stay readable. */
const PICTURE_SHARE = 0.34;

interface Space {
  columns: number;
  rows: number;
  theme: Theme;
  home: string | null;
}

function layOut(props: ReportScreenProps, { columns, rows, theme, home }: Space) {
  const { run, stopped, status, way, picture = null, depth = 0 } = props;
  const background = props.background ?? noBackground;
  const width = columns - 2;
  const room = theme.screenReader ? Number.POSITIVE_INFINITY : bodyRows(rows, status !== null);
  const inFront = (path: string) => pathInFront(path, home, props.wslDistro);
  const head = headLines(run, stopped, width);
  const videos = videosLines(run, inFront, width, theme);
  const next = nextLines(run, way, stopped, width, theme);
  const file = firstFrameFile(run.result?.outputs ?? []);
  const middle = room - head.length - videos.length - next.length - 1;
  const drawn =
    picture && columns >= NARROW_COLUMNS && showsPictures(theme, depth)
      ? frameRows(picture, { columns: Math.floor(width * PICTURE_SHARE), rows: middle - 1 }, depth)
      : null;
  // Where it could be drawn and there is no room for it, a sentence would take that room as well.
  const told = file !== null && !showsPictures(theme, depth) ? file : null;
  const side = width - (drawn ? drawn.columns + 2 : 0);
  const facts = factLines(
    {
      run,
      background,
      frame: told === null ? null : words.report.frameIn(told.split('/').at(-1) ?? told),
    },
    side,
    theme,
  );
  const others = facts.length + 1;
  const levels = roomyLevels(run, { now: new Date(0), width: side, theme }, middle - others);
  const parts: { lines: Line[]; least: number; importance: number }[] = [
    { lines: head, least: head.length, importance: 9 },
    { lines: [''], least: 0, importance: 0 },
    { lines: levels, least: Math.min(2, levels.length), importance: 3 },
    { lines: [''], least: 0, importance: 0 },
    { lines: facts, least: Math.min(1, facts.length), importance: 2 },
    { lines: videos, least: videos.length, importance: 5 },
    { lines: next, least: 1, importance: 4 },
  ];
  const given = giveWay(
    parts.map(({ lines, least, importance }) => ({ wanted: lines.length, least, importance })),
    room,
  );
  const shown = (from: number, to: number) =>
    parts.slice(from, to).flatMap(({ lines }, at) => lines.slice(0, given[from + at] ?? 0));
  const beside = shown(2, 5);
  return {
    head: shown(0, 2),
    picture: drawn,
    // As wide as it may be: beside a picture a row must not push it away.
    beside: drawn ? beside.map((line) => widened(line, side)) : beside,
    below: shown(5, 7),
  };
}

/** Each level in a row; the first ones whole, as far as there is room for a second row. */
function roomyLevels(run: RunState, drawn: Drawn, room: number): Line[] {
  const told = withoutMeasured(run);
  const each = told.levels.map((level) => ({ ...told, smokeProgress: null, levels: [level] }));
  let left = room - each.length;
  return each.flatMap((one) => {
    const whole = levelLines(one, drawn, 2);
    if (whole.length - 1 > left) return levelLines(one, drawn, 1);
    left -= whole.length - 1;
    return whole;
  });
}

function widened(line: Line, width: number): Line {
  const missing = width - cells(lineText(line));
  return typeof line === 'string'
    ? fill(line, width)
    : [...line, { text: ' '.repeat(Math.max(0, missing)) }];
}

function headLines({ run, result }: RunState, stopped: boolean, width: number): Line[] {
  const summary = wrapWords(result?.summary ?? '', width).map(
    (text): Line => [{ text, tone: 'strong' }],
  );
  if (stopped) return [...summary, [{ text: words.report.stopped, tone: 'warn' }]];
  if (!result?.url || summary.some((line) => lineText(line).includes(result.url ?? ''))) {
    return summary;
  }
  const label = words.report.runsAt(run?.recipe);
  const address: Span = { text: result.url, tone: 'accent' };
  // An address that is cut is worth nothing: it gets a row of its own where both do not fit.
  if (cells(label) + 2 + cells(result.url) > width) return [...summary, label, [address]];
  return [...summary, [{ text: `${label}  ` }, address]];
}

/** Where the video is, in one row: never broken, so that it can be selected. */
function videosLines(
  { result }: RunState,
  inFront: (path: string) => string,
  width: number,
  theme: Theme,
): Line[] {
  const film = result?.outputs.findLast(({ path }) => !path.endsWith('-first-frame.png'));
  if (!film) return [];
  const path = inFront(film.path);
  const what = outputWord(film);
  const labelWidth = width < NARROW_COLUMNS - 2 ? what.length + 2 : LABEL;
  const label = fill(what, labelWidth);
  if (theme.screenReader) return [`${what}: ${path}`];
  return [
    [{ text: label, tone: 'quiet' }, { text: shortPath(path, width - labelWidth, theme.ellipsis) }],
  ];
}
