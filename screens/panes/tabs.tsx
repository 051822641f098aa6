import { Box } from 'ink';
import { type Line, Rows } from '../kit/row.tsx';
import { words } from '../words.ts';
import type { PaneDrawn } from './pane-title.ts';
import type { BodyLines } from './run-body.tsx';
import { LogWithTitle } from './run-body.tsx';
import type { PaneId, RunView } from './run-view.ts';
import type { ShownLog } from './shown-log.ts';

interface TabsProps {
  panes: readonly PaneId[];
  lines: BodyLines;
  /** The one row of the disk, which stays whatever is looked at. */
  disk: readonly Line[];
  shown: ShownLog | null;
  view: RunView;
  rows: number;
  drawn: PaneDrawn;
}

/** Rows of a log in a terminal that has room for one pane at a time, without its title. */
export function tabLogRows(rows: number, strip: number, disk: number): number {
  return Math.max(0, rows - strip - 1 - disk - 1);
}

/**
 * One pane at a time, where a terminal is too low for all: where the run is, which pane it is, the
 * pane, and the disk.
 */
export function Tabs({ panes, lines, disk, shown, view, rows, drawn }: TabsProps) {
  const { width } = drawn;
  const strip = lines.strip.slice(0, 1);
  const room = Math.max(0, rows - strip.length - 1 - disk.length);
  const pane = paneLines(view.focus, lines, room, width);
  const filler = Array<Line>(Math.max(0, room - pane.length)).fill('');
  const isLog = view.focus === 'log' && shown !== null;
  return (
    <Box flexDirection="column">
      <Rows lines={[...strip, tabBar(panes, view.focus)]} />
      {isLog ? (
        <LogWithTitle shown={shown} view={view} rows={room - 1} drawn={drawn} />
      ) : (
        <Rows lines={[...pane.slice(0, room), ...filler]} />
      )}
      <Rows lines={disk} />
    </Box>
  );
}

function tabBar(panes: readonly PaneId[], focus: PaneId): Line {
  return panes.flatMap((id, at) => {
    const name = words.panes.names[id];
    const gap = { text: at === 0 ? '' : '  ' };
    return id === focus
      ? [gap, { text: `[${name}]`, tone: 'accent' as const }]
      : [gap, { text: name, tone: 'quiet' as const }];
  });
}

function paneLines(focus: PaneId, lines: BodyLines, room: number, width: number): readonly Line[] {
  switch (focus) {
    case 'steps': {
      const levels = lines.levels(width);
      return levels.length > 0
        ? levels
        : [...lines.notices, ...lines.steps(room - lines.notices.length, width)];
    }
    case 'models':
      return orNone(lines.models(width), words.panes.noModels);
    case 'disk':
      return orNone(lines.disk(width), words.panes.noDisk);
    case 'gpu':
      return orNone(lines.gpu(width), words.panes.noGpu);
    case 'log':
      return [words.panes.noLog];
    default:
      return focus satisfies never;
  }
}

function orNone(lines: readonly Line[], none: string): readonly Line[] {
  return lines.length > 0 ? lines : [none];
}
