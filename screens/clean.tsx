import { useRef, useState } from 'react';
import type { CleanKind } from '../src/contract/clean.ts';
import { formatBytes } from '../src/text/format.ts';
import { bytesOf } from '../src/troubleshoot/fixes/removal-plan.ts';
import { type CleanRow, cleanRows, rowLine } from './clean/clean-rows.ts';
import type { Removables } from './clean-world.ts';
import { wrapWords } from './kit/cells.ts';
import { bodyRows, Frame } from './kit/frame.tsx';
import type { KeyHint } from './kit/key-line.ts';
import { useKeys } from './kit/keys.ts';
import { type Line, Rows } from './kit/row.tsx';
import { useSurroundings } from './kit/surroundings.tsx';
import { words } from './words.ts';

const { keys: does } = words.clean;
export const cleanKeys: readonly KeyHint[] = [
  { key: 'Enter', does: does.ask },
  { key: 'Up/Down', does: words.keys.choose, optional: true },
  { key: 'Space', does: does.mark },
  { key: 'a', does: does.all },
  { key: 'Right', does: does.unfold },
  { key: 'Esc', does: words.keys.back },
  { key: '?', does: '' },
];

interface CleanScreenProps {
  /** Null while it is looked for. */
  removables: Removables | null;
  marked: ReadonlySet<string>;
  status: string | null;
  active?: boolean;
  onMark: (ids: readonly string[]) => void;
  onAsk: () => void;
  onBack: () => void;
}

/** What can go, by kind, with sizes and what it costs; nothing is marked before a person marks it. */
export function CleanScreen(props: CleanScreenProps) {
  const { removables, marked, status, active = true } = props;
  const { columns, rows, theme } = useSurroundings();
  const items = removables?.items ?? [];
  const open = useRef<ReadonlySet<CleanKind>>(new Set());
  const list = cleanRows(items, open.current);
  // Two keys can come before the next drawing: the newest focus counts.
  const focus = useRef(0);
  const [, setShown] = useState({});
  const at = Math.min(focus.current, Math.max(0, list.length - 1));
  useKeys((key) => {
    const page = Math.max(1, rows - 10);
    const steps: Record<string, number> = { up: -1, down: 1, pageUp: -page, pageDown: page };
    const step = steps[key];
    // Read anew: a key that came before the next drawing may have opened a kind.
    const now = cleanRows(items, open.current);
    const here = now[Math.min(focus.current, now.length - 1)];
    if (key === 'escape') props.onBack();
    else if (!here) return;
    else if (step !== undefined) {
      const next = Math.min(focus.current, now.length - 1) + step;
      focus.current =
        Math.abs(step) === 1
          ? (next + now.length) % now.length
          : Math.max(0, Math.min(now.length - 1, next));
      setShown({});
    } else if (key === 'right' || key === 'left') {
      const kinds = new Set(open.current);
      if (key === 'right') kinds.add(here.kind);
      else {
        kinds.delete(here.kind);
        // What it stood on is folded away: it stands on the kind.
        focus.current = now.findIndex(({ key: id }) => id === here.kind);
      }
      open.current = kinds;
      setShown({});
    } else if (key === ' ') props.onMark(here.items.map(({ id }) => id));
    else if (key === 'a') props.onMark(items.map(({ id }) => id));
    else if (key === 'enter') props.onAsk();
  }, active);
  const width = columns - 2;
  const room = theme.screenReader ? Number.POSITIVE_INFINITY : bodyRows(rows, status !== null);
  return (
    <Frame
      left={[{ text: `${words.name}   ${words.clean.title}`, tone: 'accent' }]}
      right={[{ text: removables ? rightText(removables, marked) : '', tone: 'quiet' }]}
      keys={cleanKeys}
      status={status === null ? null : [{ text: status }]}
    >
      <Rows lines={lines(list, at)} />
    </Frame>
  );

  function lines(all: readonly CleanRow[], here: number): Line[] {
    if (!removables) return [[{ text: words.clean.looking, tone: 'busy' }]];
    const below = belowLines(removables, all[here], width);
    if (all.length === 0) return [words.clean.nothing, '', ...below];
    const listRoom = Math.min(all.length, Math.max(3, room - below.length - 1));
    const from = Math.max(0, Math.min(here - Math.floor(listRoom / 2), all.length - listRoom));
    return [
      ...all
        .slice(from, from + listRoom)
        .map((row, index) => rowLine(row, from + index === here, marked, width, theme)),
      '',
      ...below,
    ].slice(0, room);
  }
}

function rightText({ items }: Removables, marked: ReadonlySet<string>): string {
  const { clean } = words;
  const chosen = items.filter(({ id }) => marked.has(id));
  if (chosen.length === 0) return clean.upTo(formatBytes(bytesOf(items)));
  return clean.markedOf(chosen.length, formatBytes(bytesOf(chosen)));
}

/** What is different without what the cursor stands on, and what stays in any case. */
function belowLines(
  { note, keptCacheBytes }: Removables,
  row: CleanRow | undefined,
  width: number,
): Line[] {
  const { clean } = words;
  const says = (text: string, tone: 'plain' | 'quiet' | 'warn'): Line[] =>
    wrapWords(text, width).map((line): Line => [{ text: line, tone }]);
  return [
    ...(row?.items[0] ? says(row.items[0].consequence, 'plain') : []),
    ...(note === null ? [] : says(clean.noEngine(note), 'warn')),
    ...says(
      [...(keptCacheBytes > 0 ? [clean.kept(formatBytes(keptCacheBytes))] : []), clean.never].join(
        ' ',
      ),
      'quiet',
    ),
  ];
}
