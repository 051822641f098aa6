import stringWidth from 'string-width';

// Columns are counted in terminal cells, not characters: a Chinese sign takes two.
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const simple = /^[\x20-\x7e]*$/;

/** Width of a text in terminal cells. */
export function cells(text: string): number {
  return simple.test(text) ? text.length : stringWidth(text);
}

/** The text cut to at most `width` cells; what was cut shows as `ellipsis`. */
export function cut(text: string, width: number, ellipsis = '…'): string {
  if (cells(text) <= width) return text;
  const room = width - cells(ellipsis);
  if (room <= 0) return ellipsis.slice(0, Math.max(0, width));
  let used = 0;
  let kept = '';
  for (const { segment } of graphemes.segment(text)) {
    used += cells(segment);
    if (used > room) break;
    kept += segment;
  }
  return kept + ellipsis;
}

/** Exactly `width` cells: cut, or filled with spaces on the side that `align` leaves free. */
export function fill(
  text: string,
  width: number,
  align: 'left' | 'right' = 'left',
  ellipsis = '…',
): string {
  const shown = cut(text, width, ellipsis);
  const spaces = ' '.repeat(Math.max(0, width - cells(shown)));
  return align === 'left' ? shown + spaces : spaces + shown;
}

/** Lines of at most `width` cells, broken at spaces; a word that is longer is broken in itself. */
export function wrapWords(text: string, width: number): string[] {
  const room = Math.max(1, width);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((part) => pieces(part, room))) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (cells(joined) <= room || line === '') {
      line = joined;
      continue;
    }
    lines.push(line);
    line = word;
  }
  return [...lines, line];
}

/** A path breaks behind a slash where that does not leave most of the line empty. */
function pieces(word: string, width: number): string[] {
  if (cells(word) <= width) return [word];
  let part = '';
  let rest = '';
  for (const { segment } of graphemes.segment(word)) {
    if (rest === '' && (part === '' || cells(part + segment) <= width)) part += segment;
    else rest += segment;
  }
  const slash = part.lastIndexOf('/') + 1;
  if (slash > part.length / 2)
    return [part.slice(0, slash), ...pieces(part.slice(slash) + rest, width)];
  return [part, ...pieces(rest, width)];
}
