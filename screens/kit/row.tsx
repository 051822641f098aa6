import { Box, Text } from 'ink';
import { memo } from 'react';
import { cells, cut } from './cells.ts';
import { useSurroundings } from './surroundings.tsx';
import { look, type Theme, type Tone } from './theme.ts';

export interface Span {
  text: string;
  tone?: Tone;
}
/** One row of the terminal: a text, or pieces of it with a tone each. */
export type Line = string | readonly Span[];

export function spansOf(line: Line): readonly Span[] {
  return typeof line === 'string' ? [{ text: line }] : line;
}

export function lineText(line: Line): string {
  return spansOf(line)
    .map(({ text }) => text)
    .join('');
}

/** The line cut to `width` cells, its tones kept. */
export function cutLine(line: Line, width: number, theme: Theme): readonly Span[] {
  let room = width;
  const kept: Span[] = [];
  const spans = spansOf(line);
  const whole = cells(lineText(line)) <= width;
  for (const span of spans) {
    if (room <= 0) break;
    const last = !whole && cells(span.text) >= room;
    const text = last ? cut(`${span.text}   `, room, theme.ellipsis) : span.text;
    kept.push({ ...span, text });
    room -= cells(text);
  }
  return kept;
}

/** Draws one line in exactly one row. */
export const Row = memo(function Row({ line }: { line: Line }) {
  const { columns, theme } = useSurroundings();
  const spans = theme.screenReader ? spansOf(line) : cutLine(line, columns - 2, theme);
  return (
    <Text wrap={theme.screenReader ? 'wrap' : 'truncate'}>
      {spans.length === 0 || lineText(spans) === '' ? ' ' : ''}
      {spans.map((span, index) => (
        // A span is its place in the row: there is nothing else to know it by.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <Text key={index} {...look(theme, span.tone ?? 'plain')}>
          {span.text}
        </Text>
      ))}
    </Text>
  );
});

/** Lines below each other, a row each. */
export function Rows({ lines }: { lines: readonly Line[] }) {
  return (
    <Box flexDirection="column" flexShrink={0}>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place on the screen
        <Row key={index} line={line} />
      ))}
    </Box>
  );
}
