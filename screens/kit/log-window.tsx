import { Text } from 'ink';
import { memo } from 'react';
import { cut } from './cells.ts';
import { useSurroundings } from './surroundings.tsx';
import { look } from './theme.ts';

/** The last `rows` lines of a log, as one text node: a node a line is what makes logs slow. */
export const LogWindow = memo(function LogWindow(props: {
  lines: readonly string[];
  rows: number;
}) {
  const { columns, theme } = useSurroundings();
  if (props.rows <= 0) return null;
  const edge = theme.screenReader ? '' : theme.unicode ? '│ ' : '| ';
  const shown = props.lines.slice(-props.rows);
  const filled = theme.screenReader
    ? shown
    : [...shown, ...Array<string>(Math.max(0, props.rows - shown.length)).fill('')];
  const width = columns - 2 - edge.length;
  // Colours of a build's own output would run on over our columns: they stay in build.log.
  const text = filled
    .map((line, index) =>
      index < shown.length ? edge + cut(plain(line), width, theme.ellipsis) : ' ',
    )
    .join('\n');
  return (
    <Text wrap="truncate" {...look(theme, 'quiet')}>
      {text}
    </Text>
  );
});

/** A line of a build without its colours and with its tabs as spaces. */
export function plain(line: string): string {
  return line.replace(/\x1b\[[0-9;:]*m/g, '').replace(/\t/g, '  ');
}
