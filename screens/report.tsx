import type { WayToOpen } from '../src/launch/browser.ts';
import { elapsedMs, type RunState } from '../src/pipeline/run-state.ts';
import { formatBytes, formatDuration } from '../src/text/format.ts';
import { homePath } from './home-path.ts';
import { cells, wrapWords } from './kit/cells.ts';
import { bodyRows, Frame } from './kit/frame.tsx';
import { giveWay } from './kit/give-way.ts';
import type { KeyHint } from './kit/key-line.ts';
import { useKeys } from './kit/keys.ts';
import { labelled } from './kit/labelled.ts';
import { type Line, lineText, Rows, type Span } from './kit/row.tsx';
import { useSurroundings } from './kit/surroundings.tsx';
import type { Theme } from './kit/theme.ts';
import { runTitle } from './run.tsx';
import { distinctDisks, levelLines } from './run-layout.ts';
import { words } from './words.ts';

interface ReportScreenProps {
  run: RunState;
  runId: string;
  /** What came of a key that was pressed. */
  status: string | null;
  /** How the address gets before the person; null where nothing is known of where they sit. */
  way: WayToOpen | null;
  canStop: boolean;
  /** Its container was stopped from this page. */
  stopped: boolean;
  active?: boolean;
  onFinish: () => void;
  onOpen: () => void;
  onStopContainer: () => void;
}

export function reportKeys(canOpen: boolean, canStop: boolean): KeyHint[] {
  return [
    ...(canOpen ? [{ key: 'o', does: words.keys.open }] : []),
    ...(canStop ? [{ key: 'x', does: words.keys.stopContainer, optional: true }] : []),
    { key: 'Enter', does: words.keys.finish },
    { key: '?', does: '' },
  ];
}

/** A10: what runs where, what was proved, what was built, what to do next. */
export function ReportScreen(props: ReportScreenProps) {
  const { run, runId, status, way, stopped, active = true } = props;
  const { columns, rows, theme, home } = useSurroundings();
  const canOpen = way?.kind === 'browser' && !stopped;
  const canStop = props.canStop && !stopped;
  useKeys((key) => {
    if (key === 'enter' || key === 'escape') props.onFinish();
    else if (key === 'o' && canOpen) props.onOpen();
    else if (key === 'x' && canStop) props.onStopContainer();
  }, active);
  const drawn = { now: new Date(0), width: columns - 2, theme };
  const room = bodyRows(rows, status !== null);
  const facts = factLines(run, columns - 2, theme, home);
  const next = nextLines(run, stopped ? null : way, columns - 2, theme);
  const head = headLines(run, stopped, columns - 2);
  const others = head.length + facts.length + next.length + 2;
  // A sentence of a level is whole where there is room for all of them.
  const whole = levelLines(run, drawn, 2);
  const levels = whole.length + others <= room ? whole : levelLines(run, drawn, 1);
  const parts = [
    { lines: head, least: head.length, importance: 9 },
    { lines: [''], least: 0, importance: 0 },
    { lines: levels, least: Math.min(2, levels.length), importance: 3 },
    { lines: [''], least: 0, importance: 0 },
    { lines: facts, least: 0, importance: 2 },
    { lines: next, least: 1, importance: 4 },
  ];
  const given = giveWay(
    parts.map(({ lines, least, importance }) => ({ wanted: lines.length, least, importance })),
    room,
  );
  return (
    <Frame
      left={runTitle(runId, run.run?.profile ?? null, columns, run.run?.attempt)}
      right={[
        { text: words.report.ready(formatDuration(elapsedMs(run, new Date(0)))), tone: 'ok' },
      ]}
      keys={reportKeys(canOpen, canStop)}
      status={status === null ? null : [{ text: status }]}
    >
      <Rows lines={parts.flatMap(({ lines }, index) => lines.slice(0, given[index] ?? 0))} />
    </Frame>
  );
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

function factLines(run: RunState, width: number, theme: Theme, home: string | null): Line[] {
  const { result } = run;
  if (!result) return [];
  const { report } = words;
  const took = result.phases
    .filter(({ satisfied, ms }) => !satisfied && ms >= 1000)
    .map(({ id, ms }) => `${formatDuration(ms)} ${words.phases[id]}`);
  const image = result.image
    ? `${result.image.ref}${result.image.bytes === null ? '' : `, ${formatBytes(result.image.bytes)}`}`
    : '';
  const [tightest] = distinctDisks(run).sort((a, b) => a.lowestFreeBytes - b.lowestFreeBytes);
  const rows: [string, string][] = [
    ...run.fallbacks.map(({ what, from, to, why }): [string, string] => [
      report.instead,
      `${what}: ${to} for ${from}. ${why}`,
    ]),
    [report.image, image],
    [report.took, took.join(', ')],
    [
      report.disk,
      tightest
        ? report.lowest(words.places[tightest.place], formatBytes(tightest.lowestFreeBytes))
        : '',
    ],
    [report.videos, homePath(result.outputs.at(-1)?.path ?? '', home)],
  ];
  return rows.flatMap(([label, text]) =>
    text === '' ? [] : labelled(label, text, { labelWidth: 10, width, theme, most: 2 }),
  );
}

function nextLines(
  { result }: RunState,
  way: WayToOpen | null,
  width: number,
  theme: Theme,
): Line[] {
  const { report } = words;
  const next =
    way?.kind === 'browser'
      ? [`o  ${report.open}`]
      : way?.kind === 'forward'
        ? [`${report.forward}  ${way.line}`, `${report.thereAfter} ${result?.url ?? ''}`]
        : [];
  return [...next, report.tomorrow].flatMap((text, index) =>
    labelled(index === 0 ? report.next : '', text, { labelWidth: 10, width, theme, most: 2 }),
  );
}
