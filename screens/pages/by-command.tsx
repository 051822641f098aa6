import { wrapWords } from '../kit/cells.ts';
import { bodyRows, Frame } from '../kit/frame.tsx';
import type { KeyHint } from '../kit/key-line.ts';
import { useKeys } from '../kit/keys.ts';
import type { Line } from '../kit/row.tsx';
import { Scroll } from '../kit/scroll.tsx';
import { useSurroundings } from '../kit/surroundings.tsx';
import type { PageOf, PageProps } from '../page.ts';
import { words } from '../words.ts';

const keys: readonly KeyHint[] = [
  { key: 'Esc', does: words.keys.back },
  { key: '?', does: '' },
  { key: 'q', does: words.keys.leave },
];

/** What can be done today by commands, complete and for the person in front. */
function ByCommandPage({ page, session }: PageProps<'by-command'>) {
  const { columns, rows } = useSurroundings();
  const { byCommand } = words;
  useKeys((key) => {
    if (key === 'escape') session.back();
  });
  const width = columns - 2;
  const lines: Line[] = [
    ...wrapWords(byCommand.leave, width),
    '',
    ...byCommand[page.about].flatMap(([command, does]): Line[] => [
      ...wrapWords(command, width - 2).map((text): Line => [{ text: `  ${text}`, tone: 'strong' }]),
      ...wrapWords(does, width - 6).map((text): Line => [{ text: `      ${text}`, tone: 'quiet' }]),
    ]),
  ];
  return (
    <Frame
      left={[{ text: `${words.name}   ${byCommand.title[page.about]}`, tone: 'accent' }]}
      keys={keys}
    >
      <Scroll lines={lines} rows={bodyRows(rows, false)} more={words.root.more} />
    </Frame>
  );
}

export const byCommandPage: PageOf<'by-command'> = { keys, Screen: ByCommandPage };
