import { wrapWords } from './kit/cells.ts';
import { Frame } from './kit/frame.tsx';
import type { KeyHint } from './kit/key-line.ts';
import { useKeys } from './kit/keys.ts';
import { type Line, Rows } from './kit/row.tsx';
import { useSurroundings } from './kit/surroundings.tsx';
import type { Tone } from './kit/theme.ts';
import { words } from './words.ts';

export function confirmKeys(yes: string): KeyHint[] {
  return [
    { key: 'y', does: yes },
    { key: 'Esc', does: words.keys.back },
    { key: '?', does: '' },
  ];
}

/** What is asked by `y` and nothing else, on a page of its own (MOCKUPS C2). */
export function ConfirmScreen(props: {
  title: string;
  sentences: readonly { text: string; tone?: Tone }[];
  yes: string;
  active?: boolean;
  onYes: () => void;
  onBack: () => void;
}) {
  const { title, sentences, yes, active = true, onYes, onBack } = props;
  const { columns } = useSurroundings();
  useKeys((key) => {
    if (key === 'y') onYes();
    else if (key === 'escape') onBack();
  }, active);
  const lines = sentences.flatMap(({ text, tone = 'plain' }): Line[] => [
    ...wrapWords(text, columns - 2).map((row): Line => [{ text: row, tone }]),
    '',
  ]);
  return (
    <Frame left={[{ text: `${words.name}   ${title}`, tone: 'accent' }]} keys={confirmKeys(yes)}>
      <Rows lines={lines} />
    </Frame>
  );
}
