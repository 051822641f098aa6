import { usePaste } from 'ink';
import { useEffect, useState } from 'react';
import { wrapWords } from './kit/cells.ts';
import { type Choice, ChoiceList } from './kit/choice-list.tsx';
import { bodyRows, Frame } from './kit/frame.tsx';
import { useHoldKeys } from './kit/hold-keys.tsx';
import type { KeyHint } from './kit/key-line.ts';
import { useKeys } from './kit/keys.ts';
import { LogWindow } from './kit/log-window.tsx';
import { type Line, Rows } from './kit/row.tsx';
import { useSurroundings } from './kit/surroundings.tsx';
import { fieldLine, useTextField } from './kit/text-field.ts';
import type { Subject } from './state/trouble.ts';
import { words } from './words.ts';

export type SourceChoice = 'last-run' | Exclude<Subject['kind'], 'run'>;

export const troubleshootKeys: readonly KeyHint[] = [
  { key: 'Enter', does: words.keys.choose },
  { key: 'Up/Down', does: '', optional: true },
  { key: 'Esc', does: words.keys.back },
  { key: '?', does: '' },
  { key: 'q', does: '' },
];

const { trouble } = words;
const sources: readonly Choice<SourceChoice>[] = [
  { id: 'last-run', label: trouble.lastRun, note: trouble.lastRunNote },
  { id: 'file', label: trouble.file, note: trouble.fileNote },
  { id: 'text', label: trouble.paste, note: trouble.pasteNote },
  { id: 'container', label: trouble.container, note: trouble.containerNote },
  { id: 'address', label: trouble.address, note: trouble.addressNote },
];

/** What failed: where its words are read from. */
export function TroubleshootScreen(props: {
  problem: string | null;
  active?: boolean;
  onChoose: (source: SourceChoice) => void;
  onBack: () => void;
}) {
  const { problem, active = true, onChoose, onBack } = props;
  const { columns, rows } = useSurroundings();
  useKeys((key) => {
    if (key === 'escape') onBack();
  }, active);
  const head: Line[] = [
    [{ text: trouble.what, tone: 'strong' }],
    ...wrapWords(trouble.intro, columns - 2),
    '',
  ];
  const room = bodyRows(rows, problem !== null) - head.length;
  return (
    <Frame
      left={troublePlace(columns)}
      keys={troubleshootKeys}
      status={problem === null ? null : [{ text: problem, tone: 'warn' }]}
    >
      <Rows lines={head} />
      <ChoiceList choices={sources} rows={Math.max(2, room)} active={active} onChoose={onChoose} />
    </Frame>
  );
}

/** Where the person is: the name of the program where there is room for it. */
export function troublePlace(columns: number, more = ''): Line {
  const name = columns < 60 ? '' : `${words.name}   `;
  return [
    { text: name, tone: 'accent' },
    { text: trouble.place + (more === '' ? '' : `  ${more}`) },
  ];
}

export const askSourceKeys: readonly KeyHint[] = [
  { key: 'Enter', does: words.keys.next },
  { key: 'Esc', does: words.keys.back },
];

interface AskProps {
  problem: string | null;
  active?: boolean;
  onSubject: (subject: Exclude<Subject, { kind: 'run' }>) => void;
  onBack: () => void;
}

/** A path or an address, typed or pasted. */
export function AskLineScreen(props: AskProps & { kind: 'file' | 'address' }) {
  const { kind, problem, active = true, onSubject, onBack } = props;
  const { columns, rows: _rows, theme } = useSurroundings();
  const field = useTextField({
    active,
    onLeave: onBack,
    onAccept: (typed) => {
      const text = typed.trim().replace(/^['"]|['"]$/g, '');
      if (text === '') return;
      onSubject(kind === 'file' ? { kind, path: text } : { kind, url: withScheme(text) });
    },
  });
  const label = kind === 'file' ? trouble.askFile : trouble.askAddress;
  return (
    <Frame
      left={troublePlace(columns)}
      keys={askSourceKeys}
      status={problem === null ? null : [{ text: problem, tone: 'fail' }]}
    >
      <Rows lines={[[{ text: label, tone: 'strong' }], '', fieldLine(field, columns - 2, theme)]} />
    </Frame>
  );
}

function withScheme(text: string): string {
  return /^https?:\/\//.test(text) ? text : `http://${text}`;
}

/** A pasted text: as one paste, or line by line where the terminal does not mark it as one. */
export function AskTextScreen({ active = true, onSubject, onBack }: AskProps) {
  const { columns, rows } = useSurroundings();
  const [text, setText] = useState('');
  const [line, setLine] = useState('');
  useHoldKeys(active);
  usePaste((pasted) => setText((before) => `${before}${pasted}\n`), { isActive: active });
  useKeys((key) => {
    if (key === 'escape') onBack();
    else if (key === 'enter') {
      if (line === '' && text !== '') onSubject({ kind: 'text', text });
      else setText(`${text}${line}\n`);
      setLine('');
    } else if (key === 'backspace') setLine(line.slice(0, -1));
    else if (key.length === 1) setLine(line + key);
  }, active);
  const lines = text.split('\n').slice(0, -1);
  const head: Line[] = [
    [{ text: trouble.askText, tone: 'strong' }],
    trouble.lines(lines.length),
    '',
  ];
  return (
    <Frame left={troublePlace(columns)} keys={askSourceKeys}>
      <Rows lines={head} />
      <LogWindow lines={[...lines, line]} rows={Math.max(1, bodyRows(rows, false) - head.length)} />
    </Frame>
  );
}

/** One of the engine's containers. */
export function AskContainerScreen(
  props: AskProps & {
    load: (signal: AbortSignal) => Promise<{ name: string; status: string }[]>;
  },
) {
  const { problem, active = true, load, onSubject, onBack } = props;
  const { columns, rows } = useSurroundings();
  const [found, setFound] = useState<{ name: string; status: string }[] | null>(null);
  const [why, setWhy] = useState<string | null>(null);
  useEffect(() => {
    const left = new AbortController();
    load(left.signal).then(
      (containers) => !left.signal.aborted && setFound(containers),
      (error: Error) => !left.signal.aborted && setWhy(error.message),
    );
    return () => left.abort();
  }, [load]);
  useKeys((key) => {
    if (key === 'escape') onBack();
  }, active);
  const said = why ?? problem;
  const head: Line[] = [[{ text: trouble.askContainer, tone: 'strong' }], ''];
  const none = found?.length === 0 ? trouble.noContainers : found === null ? trouble.reading : '';
  return (
    <Frame
      left={troublePlace(columns)}
      keys={troubleshootKeys}
      status={said === null ? null : [{ text: said, tone: 'fail' }]}
    >
      <Rows lines={none === '' || why !== null ? head : [...head, none]} />
      {found && found.length > 0 ? (
        <ChoiceList
          choices={found.map(({ name, status }) => ({ id: name, label: name, note: status }))}
          rows={Math.max(2, bodyRows(rows, said !== null) - head.length)}
          active={active}
          onChoose={(name) => onSubject({ kind: 'container', name })}
        />
      ) : null}
    </Frame>
  );
}
