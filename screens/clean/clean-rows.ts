import { type CleanItem, type CleanKind, cleanKinds } from '../../src/contract/clean.ts';
import { formatBytes } from '../../src/text/format.ts';
import { bytesOf, madeBy } from '../../src/troubleshoot/fixes/removal-plan.ts';
import { cells, fill } from '../kit/cells.ts';
import type { Line } from '../kit/row.tsx';
import { NARROW_COLUMNS } from '../kit/surroundings.tsx';
import { sign, type Theme } from '../kit/theme.ts';
import { words } from '../words.ts';

/** A row of the list: a kind with all that is of it, or one thing. */
export interface CleanRow {
  key: string;
  kind: CleanKind;
  /** What a mark on this row marks. */
  items: readonly CleanItem[];
  head: boolean;
}

/** A row for each kind; below those that are open each thing, the largest first. */
export function cleanRows(items: readonly CleanItem[], open: ReadonlySet<CleanKind>): CleanRow[] {
  return cleanKinds.flatMap((kind): CleanRow[] => {
    const mine = items.filter((item) => item.kind === kind);
    if (mine.length === 0) return [];
    return [
      { key: kind, kind, items: mine, head: true },
      ...(open.has(kind) ? mine : []).map(
        (item): CleanRow => ({ key: item.id, kind, items: [item], head: false }),
      ),
    ];
  });
}

const SIZE = 9;

export function rowLine(
  row: CleanRow,
  here: boolean,
  marked: ReadonlySet<string>,
  width: number,
  theme: Theme,
): Line {
  const { clean } = words;
  const bytes = row.items.every((item) => item.bytes === null) ? null : bytesOf(row.items);
  const size = bytes === null ? clean.unknown : formatBytes(bytes);
  const [first] = row.items;
  const name = row.head
    ? `${clean.kinds[row.kind]} (${clean.count(row.items.length)})`
    : row.kind === 'cache'
      ? madeBy(first?.name ?? '')
      : (first?.name ?? '');
  const day = row.head || !first?.lastUsedAt ? '' : clean.used(first.lastUsedAt.slice(0, 10));
  const cursor = sign(theme, 'cursor');
  if (theme.screenReader) {
    const said = [here ? cursor.text : '', clean.marks[markOf(row, marked)], size, name, day];
    return said.filter(Boolean).join(', ');
  }
  const box = { yes: '[x]', no: '[ ]', some: '[-]' }[markOf(row, marked)];
  const indent = row.head ? '' : '  ';
  const used = width < NARROW_COLUMNS - 2 ? '' : day;
  const before = `${indent}${box} ${fill(size, SIZE, 'right')}  `;
  const room = width - 2 - cells(before) - (used === '' ? 0 : cells(used) + 2);
  return [
    { text: here ? `${cursor.text} ` : '  ', tone: cursor.tone },
    { text: before, tone: here || row.head ? 'strong' : 'plain' },
    {
      text: fill(name, Math.max(4, room), 'left', theme.ellipsis),
      tone: here || row.head ? 'strong' : 'plain',
    },
    { text: used === '' ? '' : `  ${used}`, tone: 'quiet' },
  ];
}

function markOf({ items }: CleanRow, marked: ReadonlySet<string>): 'yes' | 'no' | 'some' {
  const count = items.filter(({ id }) => marked.has(id)).length;
  if (count === 0) return 'no';
  return count === items.length ? 'yes' : 'some';
}
