import type { CleanItem } from '../../src/contract/clean.ts';
import { formatBytes } from '../../src/text/format.ts';
import { fill, wrapWords } from '../kit/cells.ts';
import type { Line } from '../kit/row.tsx';
import type { Drawn } from '../run-fields.ts';
import { words } from '../words.ts';

/** How far a person is in making room while a build goes on. */
export type Freeing =
  | { at: 'looking' }
  | { at: 'list'; items: readonly CleanItem[] }
  | { at: 'removing'; items: readonly CleanItem[] }
  | { at: 'done'; text: string };

const SIZE = 9;
const USED = 12;

/** What would go: verb, object, size, consequence, undo (MOCKUPS D4), then each with its size. */
export function freeingLines(freeing: Freeing, rows: number, { width, theme }: Drawn): Line[] {
  const { free } = words.panes;
  switch (freeing.at) {
    case 'looking':
      return [free.looking];
    case 'done':
      return wrapWords(freeing.text, width);
    case 'removing':
      return [[{ text: free.removing(freeing.items.length), tone: 'busy' }]];
    case 'list': {
      const { items } = freeing;
      if (items.length === 0) return wrapWords(free.nothing, width);
      const head = [free.headline(items.length, formatBytes(bytesOf(items))), free.careful];
      const above = [
        ...head.flatMap((text, at) =>
          wrapWords(text, width).map(
            (line): Line => [{ text: line, tone: at === 0 ? 'strong' : 'plain' }],
          ),
        ),
        '',
      ];
      const room = Math.max(1, rows - above.length);
      const shown = items.length <= room ? items : items.slice(0, Math.max(0, room - 1));
      const rest = items.slice(shown.length);
      return [
        ...above,
        ...shown.map((item): Line => itemLine(item, width, theme.ellipsis)),
        ...(rest.length > 0 ? [free.smaller(rest.length, formatBytes(bytesOf(rest)))] : []),
      ];
    }
    default:
      return freeing satisfies never;
  }
}

function itemLine({ name, bytes, lastUsedAt }: CleanItem, width: number, ellipsis: string): Line {
  const size = bytes === null ? '' : formatBytes(bytes);
  const used = width < 60 ? '' : `  ${fill(lastUsedAt?.slice(0, 10) ?? '', USED)}`;
  const room = Math.max(8, width - SIZE - used.length - 2);
  return [
    { text: fill(size, SIZE, 'right') },
    { text: used, tone: 'quiet' },
    { text: `  ${fill(name, room, 'left', ellipsis)}` },
  ];
}

export function bytesOf(items: readonly CleanItem[]): number {
  return items.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
}
