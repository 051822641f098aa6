import { Text } from 'ink';
import { memo } from 'react';
import { cut } from '../kit/cells.ts';
import { plain } from '../kit/log-window.tsx';
import type { Line } from '../kit/row.tsx';
import { useSurroundings } from '../kit/surroundings.tsx';
import { look, sign } from '../kit/theme.ts';
import { fitting } from '../run-fields.ts';
import { words } from '../words.ts';
import { foundIn, lastTop, matcher, windowTop } from './log-search.ts';
import type { NumberedLines } from './log-tail.ts';
import { type PaneDrawn, paneTitle } from './pane-title.ts';
import type { Search } from './run-view.ts';

interface LogPaneProps {
  log: NumberedLines;
  /** Of `log`: it grows in place, so a new line shows in its number only. */
  end: number;
  rows: number;
  width: number;
  top: number | null;
  query: string;
  at: number | null;
  /** What stands where there is no line. */
  empty: string;
}

/**
 * A window of a log as one text node: a node a line is what makes logs slow. Lines in which the
 * query stands have a mark, the one that was found last is strong.
 */
export const LogPane = memo(function LogPane({
  log,
  rows,
  width,
  top,
  query,
  at,
  empty,
}: LogPaneProps) {
  const { theme } = useSurroundings();
  if (rows <= 0) return null;
  const first = windowTop(log, rows, top);
  const shown = log.lines.slice(first - log.first, first - log.first + rows);
  const matches = matcher(query);
  const edge = theme.unicode ? '│' : '|';
  const mark = sign(theme, 'cursor').text;
  const found = at === null ? -1 : at - first;
  const drawn = Array.from({ length: rows }, (_, row) => {
    const line = shown[row];
    if (line === undefined) return row === 0 ? `${edge} ${empty}` : edge;
    // Colours of a build's own output would run on over our columns: they stay in build.log.
    // The one that was found last is told from the others without colour, too.
    const before = row === found ? mark : matches(line) ? '*' : edge;
    return `${before} ${cut(plain(line), width - 2, theme.ellipsis)}`;
  });
  if (found < 0 || found >= rows) {
    return (
      <Text wrap="truncate" {...look(theme, 'quiet')}>
        {drawn.join('\n')}
      </Text>
    );
  }
  const before = drawn.slice(0, found).map((line) => `${line}\n`);
  const after = drawn.slice(found + 1).map((line) => `\n${line}`);
  return (
    <Text wrap="truncate">
      <Text {...look(theme, 'quiet')}>{before.join('')}</Text>
      <Text {...look(theme, 'accent')} bold={theme.colour}>
        {drawn[found]}
      </Text>
      <Text {...look(theme, 'quiet')}>{after.join('')}</Text>
    </Text>
  );
});

/** `[Log]  python: torch              match 3 of 17`: whose lines they are, and which of them. */
export function logTitle(
  title: string,
  log: NumberedLines,
  rows: number,
  top: number | null,
  { query, at }: Search,
  drawn: PaneDrawn,
): Line {
  const room = Math.floor(drawn.width / 2);
  const right = query === '' ? placeText(log, rows, top, room) : searchText(log, query, at);
  return paneTitle('log', title, right, drawn);
}

function placeText(log: NumberedLines, rows: number, top: number | null, room: number): string {
  if (top === null || lastTop(log, rows) === log.first) return words.panes.following;
  const last = Math.min(windowTop(log, rows, top) + rows, log.first + log.lines.length);
  const of = log.first + log.lines.length;
  const { place, placeOnly, placeShort } = words.panes;
  const figures = [last.toLocaleString('en'), of.toLocaleString('en')] as const;
  return fitting(
    [place, placeOnly, placeShort].map((say) => say(...figures)),
    room,
  );
}

function searchText(log: NumberedLines, query: string, at: number | null): string {
  const found = foundIn(log, query);
  if (found.length === 0) return words.panes.matches(0);
  const place = at === null ? -1 : found.indexOf(at);
  return place === -1
    ? words.panes.matches(found.length)
    : words.panes.found(place + 1, found.length);
}
