import { useEffect, useRef } from 'react';
import { wrapWords } from './kit/cells.ts';
import { Frame } from './kit/frame.tsx';
import type { KeyHint } from './kit/key-line.ts';
import { type Line, Rows, spansOf } from './kit/row.tsx';
import { useSurroundings } from './kit/surroundings.tsx';
import { fieldLine, useTextField } from './kit/text-field.ts';
import { words } from './words.ts';

export function nameKeys(accept: string): KeyHint[] {
  return [
    { key: 'Enter', does: accept },
    { key: 'Esc', does: words.keys.back },
  ];
}

/** One text that is asked for, checked while it is typed. */
export function NamePage(props: {
  title: string;
  question: string;
  label: string;
  first: string;
  accept: string;
  wrong: (text: string) => string | null;
  /** What taking it would mean. */
  about: (text: string) => readonly string[];
  problem: string | null;
  /** It is a secret: a sign stands for each of its own. */
  masked?: boolean;
  onAccept: (text: string) => void;
  onBack: () => void;
}) {
  const { title, question, label, first, accept, wrong, about, problem } = props;
  const { columns, theme } = useSurroundings();
  const width = columns - 2;
  const field = useTextField({
    active: true,
    onAccept: (text) => {
      if (wrong(text) === null) props.onAccept(text.trim());
    },
    onLeave: props.onBack,
  });
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    field.begin(first);
  });
  const why = wrong(field.text);
  const text = props.masked ? '*'.repeat(field.text.length) : field.text;
  const rows = (text: string, tone: 'plain' | 'strong' | 'quiet'): Line[] =>
    wrapWords(text, width).map((row): Line => [{ text: row, tone }]);
  const lines: Line[] = [
    ...rows(question, 'strong'),
    '',
    [
      { text: `${label}  ` },
      ...spansOf(fieldLine({ text, at: field.at }, Math.max(8, width - label.length - 2), theme)),
    ],
    '',
    ...(why === null ? about(field.text).flatMap((text) => rows(text, 'quiet')) : []),
  ];
  const status = field.text !== '' && why !== null ? why : problem;
  return (
    <Frame
      left={[{ text: `${words.name}   ${title}`, tone: 'accent' }]}
      keys={nameKeys(accept)}
      status={status === null ? null : [{ text: status, tone: 'fail' }]}
    >
      <Rows lines={lines} />
    </Frame>
  );
}
