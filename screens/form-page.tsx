import { useRef, useState } from 'react';
import { cells, fill, wrapWords } from './kit/cells.ts';
import { bodyRows, Frame } from './kit/frame.tsx';
import type { KeyHint } from './kit/key-line.ts';
import { useKeys } from './kit/keys.ts';
import { type Line, lineText, Rows, spansOf } from './kit/row.tsx';
import { NARROW_COLUMNS, useSurroundings } from './kit/surroundings.tsx';
import { fieldLine, useTextField } from './kit/text-field.ts';
import { sign, type Theme } from './kit/theme.ts';
import { usePlace } from './steps.tsx';
import { words } from './words.ts';

interface Row {
  id: string;
  label: string;
  value: string;
  /** Said below the list while it is looked at. */
  about: string;
}

/** A row of a form: typed, one of a few, on a page of its own, or only told. */
export type Field =
  | (Row & {
      kind: 'text';
      /** What the field starts with; by default what is shown. */
      text?: string;
      /** Why a text cannot be taken; null where it can. */
      wrong: (text: string) => string | null;
      onSet: (text: string) => void;
    })
  | (Row & {
      kind: 'choice';
      options: readonly { id: string; label: string }[];
      chosen: string;
      onSet: (id: string) => void;
    })
  | (Row & { kind: 'page'; onOpen: () => void })
  | (Row & { kind: 'fact' });

export const formKeys: readonly KeyHint[] = [
  { key: 'Enter', does: words.keys.changeOrNext },
  { key: 'Up/Down', does: words.keys.choose },
  { key: 'Left/Right', does: words.keys.edit, optional: true },
  { key: 'Esc', does: words.keys.back },
  { key: '?', does: '' },
];
const fieldKeys: readonly KeyHint[] = [
  { key: 'Enter', does: words.keys.take },
  { key: 'Esc', does: words.form.leaveField },
];

interface FormPageProps {
  place: string;
  question: string;
  fields: readonly Field[];
  /** What the plan costs with the answers so far. */
  cost: Line | null;
  /** The row that leads on. */
  done: string;
  active?: boolean;
  onDone: () => void;
  onBack: () => void;
  /** More keys of the page. */
  onKey?: (key: string) => void;
  keys?: readonly KeyHint[];
}

const DONE = 'done';

/** Rows that can be changed where they stand; the last one leads on, and has the focus first. */
export function FormPage(props: FormPageProps) {
  const { fields, cost, active = true, onDone, onBack } = props;
  const { columns, rows, theme } = useSurroundings();
  const place = usePlace(props.place);
  const ids = [...fields.filter(({ kind }) => kind !== 'fact').map(({ id }) => id), DONE];
  const focus = useRef(DONE);
  const [, setShown] = useState(DONE);
  const [editing, setEditing] = useState<string | null>(null);
  const to = (id: string) => {
    focus.current = id;
    setShown(id);
  };
  const edited = fields.find(({ id }) => id === editing);
  const field = useTextField({
    active: active && editing !== null,
    onAccept: (text) => {
      if (edited?.kind !== 'text' || edited.wrong(text) !== null) return;
      setEditing(null);
      edited.onSet(text);
    },
    onLeave: () => setEditing(null),
  });
  const at = fields.find(({ id }) => id === focus.current);
  useKeys(
    (key) => {
      const step = key === 'up' ? -1 : key === 'down' ? 1 : 0;
      if (step !== 0) {
        const next = (ids.indexOf(focus.current) + step + ids.length) % ids.length;
        to(ids[next] ?? DONE);
      } else if (key === 'escape') onBack();
      else if (key === 'left' || key === 'right') change(at, key === 'left' ? -1 : 1);
      else if (key !== 'enter') props.onKey?.(key);
      else if (focus.current === DONE) onDone();
      else if (at?.kind === 'page') at.onOpen();
      else if (at?.kind === 'choice') change(at, 1);
      else if (at?.kind === 'text') {
        field.begin(at.text ?? at.value);
        setEditing(at.id);
      }
    },
    active && editing === null,
  );
  const width = columns - 2;
  const wrong = edited?.kind === 'text' ? edited.wrong(field.text) : null;
  const status: Line | null = wrong === null ? cost : [{ text: wrong, tone: 'fail' }];
  const room = bodyRows(rows, status !== null);
  const lines = formLines(
    { ...props, focus: focus.current, editing, field },
    { width, rows: room, theme },
  );
  return (
    <Frame
      left={place}
      keys={editing === null ? [...formKeys, ...(props.keys ?? [])] : fieldKeys}
      status={status}
    >
      <Rows lines={lines} />
    </Frame>
  );
}

function change(field: Field | undefined, by: number): void {
  if (field?.kind !== 'choice') return;
  const { options, chosen, onSet } = field;
  const now = options.findIndex(({ id }) => id === chosen);
  const next = options[(now + by + options.length) % options.length];
  if (next) onSet(next.id);
}

interface Shown extends Pick<FormPageProps, 'question' | 'fields' | 'done'> {
  focus: string;
  editing: string | null;
  field: { text: string; at: number };
}

function formLines(
  { question, fields, done, focus, editing, field }: Shown,
  { width, rows, theme }: { width: number; rows: number; theme: Theme },
): Line[] {
  const head = wrapWords(question, width).map((text): Line => [{ text, tone: 'strong' }]);
  const narrow = width < NARROW_COLUMNS - 2;
  const labels = Math.max(...fields.map(({ label }) => cells(label)), 0) + 2;
  const labelWidth = narrow ? Math.min(labels, 16) : labels;
  const list = fields.map((one): Line => {
    const here = one.id === focus;
    const value =
      one.id === editing
        ? spansOf(fieldLine(field, Math.max(4, width - labelWidth - 3), theme))
        : [
            {
              text:
                one.kind === 'choice' && here && !theme.screenReader
                  ? `< ${one.value} >`
                  : one.value,
              tone: one.kind === 'fact' ? ('quiet' as const) : ('plain' as const),
            },
          ];
    return [
      ...pointer(here, theme),
      {
        text: fill(one.label, labelWidth, 'left', theme.ellipsis),
        tone: here ? 'strong' : 'quiet',
      },
      ...value,
    ];
  });
  const doneRow: Line = [
    ...pointer(focus === DONE, theme),
    { text: done, tone: focus === DONE ? 'strong' : 'plain' },
  ];
  const about = fields.find(({ id }) => id === focus)?.about ?? '';
  const below =
    about === '' ? [] : wrapWords(about, width).map((text): Line => [{ text, tone: 'quiet' }]);
  if (theme.screenReader) return [...head, ...list, doneRow, ...below];
  const blanks = head.length + list.length + 4 + 3 <= rows ? 1 : 0;
  const shownBelow = below.slice(0, Math.max(0, Math.min(3, rows - head.length - 3)));
  const listRoom = rows - head.length - 1 - shownBelow.length - 3 * blanks;
  const start = windowOf(fields, focus, listRoom);
  return [
    ...head,
    ...Array<Line>(blanks).fill(''),
    ...list.slice(start, start + Math.max(1, listRoom)),
    ...Array<Line>(blanks).fill(''),
    doneRow,
    ...Array<Line>(blanks).fill(''),
    ...shownBelow,
  ].filter((line, index) => index < rows || lineText(line) === '');
}

function windowOf(fields: readonly Field[], focus: string, room: number): number {
  if (fields.length <= room) return 0;
  const found = fields.findIndex(({ id }) => id === focus);
  const at = found === -1 ? fields.length - 1 : found;
  return Math.max(0, Math.min(at - Math.floor(room / 2), fields.length - room));
}

function pointer(here: boolean, theme: Theme) {
  const cursor = sign(theme, 'cursor');
  if (theme.screenReader) return here ? [{ text: `${cursor.text}: ` }] : [];
  return [{ text: here ? `${cursor.text} ` : '  ', tone: cursor.tone }];
}
