import { formatDuration, formatMinutes } from '../src/text/format.ts';
import { cells, fill } from './kit/cells.ts';
import type { Line } from './kit/row.tsx';
import { NARROW_COLUMNS } from './kit/surroundings.tsx';
import type { Theme } from './kit/theme.ts';

/** What the lines of a run are drawn for. */
export interface Drawn {
  now: Date;
  /** Cells of a row. */
  width: number;
  theme: Theme;
}

/** Cells of the labels at the left of a pane. */
export const LABEL = 9;
const NARROW_LABEL = 7;

/** `Label    text                right`. */
export function fields(label: string, text: string, right: string, { width, theme }: Drawn): Line {
  if (theme.screenReader) return [label, text, right].filter(Boolean).join(' ');
  const narrow = width < NARROW_COLUMNS - 2;
  const labelWidth = narrow ? (label === '' ? 0 : NARROW_LABEL) : LABEL;
  const room = width - labelWidth - (right ? cells(right) + 2 : 0);
  return [
    { text: fill(label, labelWidth), tone: 'strong' },
    { text: fill(text, Math.max(1, room), 'left', theme.ellipsis) },
    { text: right ? `  ${right}` : '', tone: 'quiet' },
  ];
}

/** The first of some texts, the fullest first, that fits; else the last. */
export function fitting(texts: readonly string[], room: number): string {
  return texts.find((text) => cells(text) <= room) ?? texts.at(-1) ?? '';
}

/** A time that is only expected: from five minutes on in minutes, `29 min`. */
export function roughly(ms: number): string {
  return ms < 5 * 60_000
    ? formatDuration(ms)
    : formatMinutes({ low: ms / 60_000, high: ms / 60_000 });
}

/** A clock that ticks in seconds shows no tenths. */
export function wholeSeconds(ms: number): number {
  return Math.max(0, Math.floor(ms / 1000)) * 1000;
}
