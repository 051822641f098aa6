import { cells, fill, wrapWords } from './cells.ts';
import type { Line } from './row.tsx';
import { NARROW_COLUMNS } from './surroundings.tsx';
import { type SignId, sign, signWidth, type Theme, type Tone } from './theme.ts';

/** `Label     text`, wrapped under itself; in a narrow terminal `Label: text`. */
export function labelled(
  label: string,
  text: string,
  options: { labelWidth: number; width: number; theme: Theme; most?: number; tone?: Tone },
): Line[] {
  const { width, theme, most = 3, tone = 'plain' } = options;
  const narrow = width < NARROW_COLUMNS - 2;
  const labelWidth = narrow ? 0 : options.labelWidth;
  const room = width - labelWidth;
  const lines = atMost(
    wrapWords(narrow && label ? `${label}: ${text}` : text, room),
    most,
    room,
    theme,
  );
  return lines.map((line, index) => [
    { text: labelWidth === 0 ? '' : fill(index === 0 ? label : '', labelWidth), tone: 'quiet' },
    { text: line, tone },
  ]);
}

/** `ok    Docker     Engine 29.5 …`: a sign, a title and what was seen. */
export function signed(
  id: SignId | null,
  title: string,
  detail: string,
  options: { theme: Theme; titleWidth: number; width: number; most?: number },
): Line[] {
  const { theme, titleWidth, width, most = 3 } = options;
  const mark = id === null ? { text: '', tone: 'plain' as const } : sign(theme, id);
  const signCells = signWidth(theme) + 1;
  if (theme.screenReader) return [[{ text: `${mark.text} ${title}: ${detail}`.trim() }]];
  const narrow = width < NARROW_COLUMNS - 2;
  const indent = narrow ? signCells : signCells + titleWidth + 1;
  const text = narrow && title ? `${title}: ${detail}` : detail;
  const room = Math.max(8, width - indent);
  return atMost(wrapWords(text, room), most, room, theme).map((line, index) => [
    { text: fill(index === 0 ? mark.text : '', signCells), tone: mark.tone },
    { text: narrow ? '' : `${fill(index === 0 ? title : '', titleWidth)} `, tone: 'strong' },
    { text: line, tone: id === 'skip' || id === 'wait' ? 'quiet' : 'plain' },
  ]);
}

/** The first lines; that more was said shows at their end. */
export function atMost(
  lines: string[],
  most: number,
  width: number,
  { ellipsis }: Theme,
): string[] {
  if (lines.length <= most) return lines;
  const kept = lines.slice(0, most);
  const last = fill(kept.at(-1) ?? '', width - cells(ellipsis), 'left', '').trimEnd();
  return [...kept.slice(0, -1), last + ellipsis];
}
