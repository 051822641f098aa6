import { Box } from 'ink';
import { type Line, Row, Rows } from '../kit/row.tsx';
import { LOW_ROWS } from '../kit/surroundings.tsx';
import { words } from '../words.ts';
import type { Given } from './arrange.ts';
import { stack, stackLeft } from './arrange.ts';
import { LogPane, logTitle } from './log-pane.tsx';
import type { NumberedLines } from './log-tail.ts';
import type { PaneDrawn } from './pane-title.ts';
import type { RunView } from './run-view.ts';
import type { ShownLog } from './shown-log.ts';

/** Two columns where a log beside the steps has as many cells as a log usually is wide. */
const TWO_COLUMNS = 120;
const BETWEEN = 3;

/** Everything that can stand on the page of a run, as lines. */
export interface BodyLines {
  strip: readonly Line[];
  notices: readonly Line[];
  stepRows: { wanted: number; least: number };
  /** The steps in so many rows of so many cells. */
  steps: (rows: number, width: number) => readonly Line[];
  levels: (width: number) => readonly Line[];
  models: (width: number) => readonly Line[];
  disk: (width: number) => readonly Line[];
  gpu: (width: number) => readonly Line[];
}

/** How the page is laid out: what a key needs to know of it, too. */
export interface Layout {
  columns: 1 | 2;
  left: number;
  right: number;
  /** Rows of the log without its title. */
  logRows: number;
  top: number;
  given: Given;
}

/** Lays the page out in so many rows of so many cells. Pure. */
export function layOut(lines: BodyLines, hasLog: boolean, rows: number, width: number): Layout {
  const two = hasLog && width + 2 >= TWO_COLUMNS && rows >= LOW_ROWS;
  const left = two ? Math.floor((width - BETWEEN) * 0.54) : width;
  const wanted = {
    strip: lines.strip.length,
    notices: lines.notices.length,
    steps: lines.stepRows,
    levels: lines.levels(left).length,
    models: lines.models(left).length,
    disk: lines.disk(left).length,
    gpu: lines.gpu(left).length,
    log: hasLog,
  };
  if (!two) {
    const given = stack(wanted, rows, rows < LOW_ROWS - 5);
    return { columns: 1, left, right: width, logRows: Math.max(0, given.log - 1), top: 0, given };
  }
  const top = Math.min(rows - 1, wanted.strip + wanted.notices + 1);
  const given = stackLeft(wanted, rows - top);
  const logRows = rows - top - 1;
  return { columns: 2, left, right: width - left - BETWEEN, logRows, top, given };
}

interface RunBodyProps {
  lines: BodyLines;
  layout: Layout;
  shown: ShownLog | null;
  view: RunView;
  drawn: PaneDrawn;
}

/** The page of a run: what happens now, what it waits for, and what the disk does. */
export function RunBody({ lines, layout, shown, view, drawn }: RunBodyProps) {
  const { given, left, right, columns, top } = layout;
  const air = (count: number) => Array<Line>(count).fill('');
  const log = shown ? (
    <LogWithTitle
      shown={shown}
      view={view}
      rows={layout.logRows}
      drawn={{ ...drawn, width: right }}
    />
  ) : null;
  const above = [...lines.steps(given.steps, left), ...lines.levels(left).slice(0, given.levels)];
  const below = [
    ...air(given.filler),
    ...lines.models(left).slice(0, given.models),
    ...lines.disk(left).slice(0, given.disk),
    ...lines.gpu(left).slice(0, given.gpu),
  ];
  if (columns === 1) {
    const head = [
      ...lines.strip.slice(0, given.strip),
      ...lines.notices.slice(0, given.notices),
      ...air(given.air),
    ];
    return (
      <Box flexDirection="column">
        <Rows lines={[...head, ...above]} />
        {given.log > 1 ? log : null}
        <Rows lines={below} />
      </Box>
    );
  }
  return (
    <Box flexDirection="column">
      <Rows lines={[...lines.strip, ...lines.notices, ''].slice(0, top)} />
      <Box flexDirection="row">
        <Box width={left} flexShrink={0}>
          <Rows lines={[...above, ...below]} />
        </Box>
        <Box width={BETWEEN} flexShrink={0} />
        <Box width={right} flexDirection="column">
          {log}
        </Box>
      </Box>
    </Box>
  );
}

function count({ first, lines }: NumberedLines): string {
  return (first + lines.length).toLocaleString('en');
}

/** A log under its title. */
export function LogWithTitle(props: {
  shown: ShownLog;
  view: RunView;
  rows: number;
  drawn: PaneDrawn;
}) {
  const { shown, view, rows, drawn } = props;
  const { log, title } = shown;
  // On its own page a step is named above.
  const name = view.opened === 'step' ? words.panes.lines(count(log)) : title;
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Row line={logTitle(name, log, rows, view.top, view.search, drawn)} />
      <LogPane
        log={log}
        end={log.first + log.lines.length}
        rows={rows}
        width={drawn.width}
        top={view.top}
        query={view.search.query}
        at={view.search.at}
        empty={shown.over ? words.panes.step.silent : words.panes.noLog}
      />
    </Box>
  );
}
