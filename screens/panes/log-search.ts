import type { NumberedLines } from './log-tail.ts';

/** Case counts only where the query has a capital letter, as in less -i. */
export function matcher(query: string): (line: string) => boolean {
  if (query === '') return () => false;
  const exact = query !== query.toLowerCase();
  return (line) => (exact ? line : line.toLowerCase()).includes(query);
}

/** Numbers of the lines in which the query stands, oldest first. */
export function foundIn({ first, lines }: NumberedLines, query: string): number[] {
  const matches = matcher(query);
  return lines.flatMap((line, at) => (matches(line) ? [first + at] : []));
}

/**
 * The match to go to: from `from` on downwards or upwards, round the end where there is none.
 * Null where nothing matches.
 */
export function nextMatch(
  found: readonly number[],
  from: number,
  direction: 'down' | 'up',
): number | null {
  if (direction === 'down') return found.find((at) => at >= from) ?? found[0] ?? null;
  return found.findLast((at) => at <= from) ?? found.at(-1) ?? null;
}

/** The number of the first line shown; `top` null follows the newest. */
export function windowTop(log: NumberedLines, rows: number, top: number | null): number {
  const last = lastTop(log, rows);
  return top === null ? last : Math.min(last, Math.max(log.first, top));
}

/** The lowest window: its last row is the newest line. */
export function lastTop({ first, lines }: NumberedLines, rows: number): number {
  return first + Math.max(0, lines.length - Math.max(1, rows));
}

/** The window moved by so many lines; null once it has reached the newest, where it follows. */
export function scrolled(
  log: NumberedLines,
  rows: number,
  top: number | null,
  by: number,
): number | null {
  const next = windowTop(log, rows, top) + by;
  return next >= lastTop(log, rows) ? null : Math.max(log.first, next);
}

/** The window that shows a line in its middle. */
export function centredOn(log: NumberedLines, rows: number, line: number): number {
  const top = Math.max(log.first, line - Math.floor(rows / 2));
  return Math.min(top, lastTop(log, rows));
}
