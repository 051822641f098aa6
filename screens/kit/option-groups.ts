import { useRef, useState } from 'react';
import { cells, wrapWords } from './cells.ts';
import type { KeyName } from './keys.ts';
import { type Line, lineText, type Span, spansOf } from './row.tsx';
import { type Column, table } from './table.ts';
import { sign, type Theme } from './theme.ts';

/** One row of a page about a choice. */
export interface Option {
  id: string;
  /** What its row says, by the group's columns; the first is its name. */
  cells: readonly string[];
  fit: 'ok' | 'warn' | 'no';
  /** What is said below the list when it is looked at: why it is as it is. */
  below: readonly string[];
}

export interface OptionGroup {
  id: string;
  title: string;
  /** Said beside the title while another group has the keys. */
  hint: string;
  /** The first is the name's; a title of '' everywhere shows no title row. */
  columns: readonly Column[];
  options: readonly Option[];
}

/** Which option of each group is looked at. */
export type Focus = Readonly<Record<string, string>>;

/**
 * Up and Down within a group, Tab from one to the next. `taken` is called with what is looked at in
 * every group; an impossible one is refused with its reason.
 */
export function useGroups(
  groups: readonly OptionGroup[],
  first: Focus,
  taken: (focus: Focus) => void,
) {
  // Two keys can come before the next drawing: the newest focus counts.
  const now = useRef({ focus: first, active: 0 });
  const [shown, setShown] = useState(now.current);
  const [refused, setRefused] = useState<Option | null>(null);
  const to = (next: typeof now.current) => {
    now.current = next;
    setShown(next);
    setRefused(null);
  };
  const move = (by: number) => {
    const { focus, active } = now.current;
    const group = groups[active];
    if (!group || group.options.length === 0) return;
    const at = Math.max(
      0,
      group.options.findIndex(({ id }) => id === focus[group.id]),
    );
    const next = group.options[(at + by + group.options.length) % group.options.length];
    if (next) to({ active, focus: { ...focus, [group.id]: next.id } });
  };
  const onKey = (key: KeyName): boolean => {
    const { focus, active } = now.current;
    if (key === 'up') move(-1);
    else if (key === 'down') move(1);
    else if (key === 'tab') to({ focus, active: (active + 1) % Math.max(1, groups.length) });
    else if (key === 'enter') {
      const no = impossibleOf(groups, focus);
      if (no) setRefused(no);
      else taken(focus);
    } else return false;
    return true;
  };
  return { ...shown, refused, onKey };
}

function impossibleOf(groups: readonly OptionGroup[], focus: Focus): Option | null {
  const looked = groups.map(({ id, options }) => options.find((one) => one.id === focus[id]));
  return looked.find((option) => option?.fit === 'no') ?? null;
}

/** What is looked at in a group, else its first. */
export function focused({ id, options }: OptionGroup, focus: Focus): Option | undefined {
  return options.find((option) => option.id === focus[id]) ?? options[0];
}

/** Rows of a group; `rows` at most, the one that is looked at in sight. */
export function groupLines(
  group: OptionGroup,
  focus: Focus,
  active: boolean,
  { width, rows, theme }: { width: number; rows: number; theme: Theme },
): Line[] {
  const at = focused(group, focus);
  const title: Line = [
    { text: group.title, tone: active ? 'strong' : 'plain' },
    { text: active ? '' : `   ${group.hint}`, tone: 'quiet' },
  ];
  const body = group.options.map((option): Line[] => {
    const [name = '', ...others] = option.cells;
    return [
      marked(name, option, option === at, theme),
      ...others.map((text) => toned(text, option)),
    ];
  });
  const lines = table(group.columns, body, width, theme, 14).map((line) => pointed(line, theme));
  const heads = lines.length - body.length;
  if (rows < 3 && at)
    return [title, ...lines.slice(heads + group.options.indexOf(at))].slice(0, Math.max(0, rows));
  const window = rows - 1 - heads;
  if (body.length <= window) return [title, ...lines];
  const from = at ? group.options.indexOf(at) : 0;
  const start = Math.max(0, Math.min(from - Math.floor(window / 2), body.length - window));
  return [
    title,
    ...lines.slice(0, heads),
    ...lines.slice(heads + start, heads + start + Math.max(1, window)),
  ];
}

/** Rows that it would fill. */
export function groupRows(group: OptionGroup): number {
  const titled = group.columns.some(({ title }) => title !== '');
  return group.options.length + 1 + (titled ? 1 : 0);
}

/** Wrapped sentences about what is looked at. */
export function belowLines(option: Option | undefined, width: number): Line[] {
  const [first = '', ...more] = option?.below ?? [];
  return [
    ...(first === '' ? [] : wrapWords(first, width).map((text): Line => [{ text }])),
    ...more.flatMap((text) =>
      wrapWords(text, width).map((row): Line => [{ text: row, tone: 'quiet' }]),
    ),
  ];
}

function marked(name: string, option: Option, here: boolean, theme: Theme): Line {
  const tone = option.fit === 'no' ? 'quiet' : here ? 'strong' : 'plain';
  return [{ text: markOf(option, here, theme) + name, tone }];
}

function markOf({ fit }: Option, here: boolean, theme: Theme): string {
  const cursor = sign(theme, 'cursor').text;
  const no = sign(theme, 'impossible').text;
  if (theme.screenReader) {
    const said = [...(here ? [cursor] : []), ...(fit === 'no' ? [no] : [])];
    return said.length === 0 ? '' : `${said.join(', ')}: `;
  }
  return `${here ? cursor : ' '}${fit === 'no' ? no : ' '} `;
}

/** The cursor in its own colour, the rest of the row as it is. */
function pointed(line: Line, theme: Theme): Line {
  const cursor = sign(theme, 'cursor');
  const text = lineText(line);
  if (theme.screenReader || !text.startsWith(cursor.text)) return line;
  const [first, ...others] = spansOf(line);
  if (!first) return line;
  const rest: Span = { ...first, text: first.text.slice(cursor.text.length) };
  return [{ text: cursor.text, tone: cursor.tone }, rest, ...others];
}

function toned(text: string, { fit }: Option): Line {
  return [{ text, tone: fit === 'no' ? 'quiet' : 'plain' }];
}

/** Room for each group: the one with the keys is whole first, the others show what is chosen. */
export function shareRows(groups: readonly OptionGroup[], active: number, room: number): number[] {
  const wanted = groups.map(groupRows);
  const all = wanted.reduce((sum, rows) => sum + rows, 0);
  if (all <= room) return wanted;
  const others = 2 * (groups.length - 1);
  const mine = Math.min(wanted[active] ?? 0, Math.max(2, room - others));
  let left = room - mine;
  return wanted.map((rows, at) => {
    if (at === active) return mine;
    const later = wanted.length - 1 - at - (active > at ? 1 : 0);
    const given = Math.min(rows, Math.max(0, left - 2 * later));
    left -= given;
    return given;
  });
}

/** Width of a text in a first column with its mark. */
export const MARK_CELLS = cells('>x ');
