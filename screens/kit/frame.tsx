import { Box } from 'ink';
import type { ReactNode } from 'react';
import { cells } from './cells.ts';
import { type KeyHint, keyLine } from './key-line.ts';
import { type Line, lineText, Row, spansOf } from './row.tsx';
import { useSurroundings } from './surroundings.tsx';

interface FrameProps {
  left: Line;
  right?: Line;
  keys: readonly KeyHint[];
  /** The status or cost line above the keys. */
  status?: Line | null;
  children: ReactNode;
}

/** Rows that a frame leaves for what is in it. */
export function bodyRows(rows: number, hasStatus: boolean): number {
  return Math.max(1, rows - 4 - (hasStatus ? 1 : 0));
}

/**
 * Header, rule, body, rule, status, keys: exactly as many rows as the terminal has, never more.
 * A frame that fills the terminal always is never taller than it and never has to be cleared.
 */
export function Frame({ left, right = '', keys, status, children }: FrameProps) {
  const { columns, rows, theme } = useSurroundings();
  const width = columns - 2;
  if (theme.screenReader) {
    return (
      <Box flexDirection="column">
        <Row line={[...spansOf(left), { text: '  ' }, ...spansOf(right)]} />
        {children}
        {status ? <Row line={status} /> : null}
        <Row line={keyLine(keys, Number.POSITIVE_INFINITY)} />
      </Box>
    );
  }
  const rule: Line = [{ text: theme.rule.repeat(Math.max(0, width)), tone: 'quiet' }];
  return (
    <Box flexDirection="column" width={columns} height={rows} paddingX={1} overflow="hidden">
      <Row line={header(left, right, width)} />
      <Row line={rule} />
      <Box
        flexDirection="column"
        height={bodyRows(rows, Boolean(status))}
        overflow="hidden"
        flexShrink={0}
      >
        {children}
      </Box>
      <Row line={rule} />
      {status ? <Row line={status} /> : null}
      <Row line={keyLine(keys, width)} />
    </Box>
  );
}

/** Left and right in one row; where both do not fit the right side stays, the left is cut. */
export function header(left: Line, right: Line, width: number): Line {
  const gap = width - cells(lineText(left)) - cells(lineText(right));
  if (gap >= 0) return [...spansOf(left), { text: ' '.repeat(gap) }, ...spansOf(right)];
  const text = lineText(left).slice(0, Math.max(0, width - cells(lineText(right)) - 1));
  return [{ text: `${text} ` }, ...spansOf(right)];
}
