import { cells, fill } from './cells.ts';
import { type Line, lineText, type Span, spansOf } from './row.tsx';
import type { Theme, Tone } from './theme.ts';

export interface Column {
  title: string;
  align?: 'left' | 'right';
  /** Takes what room the others leave. One column has it. */
  grows?: boolean;
  /** Left out where the terminal is too narrow, the highest number first; without it: never. */
  goes?: number;
}

/**
 * Rows of a table, its title row first when a column has a title. Widths are counted in cells;
 * columns that may go do so until the growing one has `least` cells.
 */
export function table(
  columns: readonly Column[],
  body: readonly (readonly Line[])[],
  width: number,
  theme: Theme,
  least = 16,
): Line[] {
  const natural = columns.map((column, at) =>
    Math.max(cells(column.title), ...body.map((row) => cells(lineText(row[at] ?? '')))),
  );
  const shown = new Set(columns.keys());
  const room = () => {
    let left = width;
    for (const at of shown) left -= (columns[at]?.grows ? 0 : (natural[at] ?? 0)) + 2;
    return left + 2;
  };
  const leaving = [...columns.entries()]
    .filter(([, column]) => column.goes !== undefined)
    .sort(([, a], [, b]) => (b.goes ?? 0) - (a.goes ?? 0));
  for (const [at] of leaving) {
    if (room() >= least) break;
    shown.delete(at);
  }
  const widths = columns.map((column, at) =>
    column.grows ? Math.max(1, Math.min(room(), longest(natural[at], width))) : (natural[at] ?? 0),
  );
  const row = (line: readonly Line[], tone?: Tone): Line => {
    const spans: Span[] = [];
    for (const at of shown) {
      if (spans.length > 0) spans.push({ text: '  ' });
      spans.push(...cell(line[at] ?? '', widths[at] ?? 0, columns[at]?.align, theme, tone));
    }
    return spans;
  };
  const rows = body.map((line) => row(line));
  const titles = columns.map(({ title }) => title);
  return titles.some((title) => title !== '') ? [row(titles, 'quiet'), ...rows] : rows;
}

function longest(natural: number | undefined, width: number): number {
  return Math.min(natural ?? width, width);
}

function cell(
  line: Line,
  width: number,
  align: 'left' | 'right' | undefined,
  theme: Theme,
  tone: Tone | undefined,
): readonly Span[] {
  const spans = spansOf(line);
  const used = cells(lineText(line));
  if (spans.length !== 1 || used > width) {
    const text = fill(lineText(line), width, align, theme.ellipsis);
    return [withTone(text, tone ?? spans[0]?.tone)];
  }
  return [withTone(fill(spans[0]?.text ?? '', width, align), tone ?? spans[0]?.tone)];
}

function withTone(text: string, tone: Tone | undefined): Span {
  return tone ? { text, tone } : { text };
}
