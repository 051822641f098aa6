import { bodyRows, Frame } from './kit/frame.tsx';
import type { KeyHint } from './kit/key-line.ts';
import { useKeys } from './kit/keys.ts';
import { type Line, Rows } from './kit/row.tsx';
import { useSurroundings } from './kit/surroundings.tsx';
import { detailLines, type ListedRow, listLines, problemLines } from './profiles/row-lines.ts';
import type { ProfileRow, ProfilesSeen } from './profiles-world.ts';
import { words } from './words.ts';

/** What can be done with the profile that the cursor stands on, or beside it. */
export type ProfileDoes = 'copy' | 'rename' | 'delete' | 'export' | 'import' | 'default';

const byKey: Readonly<Record<string, ProfileDoes>> = {
  c: 'copy',
  r: 'rename',
  d: 'delete',
  x: 'export',
  i: 'import',
  '*': 'default',
};

const { keys: does } = words.profiles;
export const profilesKeys: readonly KeyHint[] = [
  { key: 'Enter', does: does.run },
  { key: 'e', does: does.edit },
  { key: 'c', does: does.copy },
  { key: 'r', does: does.rename, optional: true },
  { key: 'd', does: does.remove },
  { key: 'x', does: does.exportTo, optional: true },
  { key: 'i', does: does.importFrom, optional: true },
  { key: '*', does: does.standard, optional: true },
  { key: 'Esc', does: words.keys.back, terse: true },
  { key: '?', does: '' },
];

interface ProfilesScreenProps {
  /** Null while they are read. */
  seen: ProfilesSeen | null;
  rows: readonly ListedRow[];
  /** Name of the one that is looked at. */
  at: string | null;
  now: Date;
  /** What came of the last key. */
  status: string | null;
  active?: boolean;
  onAt: (name: string) => void;
  onRun: (row: ProfileRow) => void;
  onDo: (what: ProfileDoes, row: ProfileRow) => void;
  onBack: () => void;
}

/** Profiles with what became of them, and all that can be done with one. */
export function ProfilesScreen(props: ProfilesScreenProps) {
  const { seen, rows: listed, now, status, active = true } = props;
  const { columns, rows, theme, home } = useSurroundings();
  const at = Math.max(
    0,
    listed.findIndex(({ row }) => row.name === props.at),
  );
  const here = listed[at];
  useKeys((key) => {
    const step = key === 'up' ? -1 : key === 'down' ? 1 : 0;
    if (key === 'escape') props.onBack();
    else if (step !== 0) {
      const next = listed[(at + step + listed.length) % listed.length];
      if (next) props.onAt(next.row.name);
    } else if (!here) return;
    else if (key === 'enter' || key === 'e') props.onRun(here.row);
    else if (byKey[key]) props.onDo(byKey[key], here.row);
  }, active);
  const width = columns - 2;
  const room = theme.screenReader ? Number.POSITIVE_INFINITY : bodyRows(rows, status !== null);
  const own = listed.filter(({ row }) => row.origin === 'own').length;
  const counts = seen ? words.profiles.counts(own, listed.length - own) : '';
  return (
    <Frame
      left={[{ text: `${words.name}   ${words.profiles.title}`, tone: 'accent' }]}
      right={[{ text: columns < 60 ? '' : counts, tone: 'quiet' }]}
      keys={profilesKeys}
      status={status === null ? null : [{ text: status }]}
    >
      <Rows lines={bodyLines()} />
    </Frame>
  );

  function bodyLines(): Line[] {
    if (!seen) return [[{ text: words.profiles.reading, tone: 'busy' }]];
    const all = listLines(listed, at, now, width, theme);
    const head = all.slice(0, all.length - listed.length);
    const list = all.slice(head.length);
    const below = [
      ...problemLines(seen, width, theme),
      ...(here ? detailLines(here, now, { width, theme, home }) : []),
    ];
    // The list keeps half of the room, more where what is below leaves it.
    const least = Math.min(list.length, Math.max(3, Math.floor(room / 2) - 1));
    const listRoom = Math.min(list.length, Math.max(least, room - head.length - 1 - below.length));
    const from = Math.max(0, Math.min(at - Math.floor(listRoom / 2), list.length - listRoom));
    const hidden = list.length - listRoom;
    const shown = list.slice(from, from + listRoom);
    const blank = hidden > 0 ? words.profiles.more(hidden) : '';
    return [...head, ...shown, [{ text: blank, tone: 'quiet' as const }], ...below].slice(0, room);
  }
}
