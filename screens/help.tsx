import { cells, fill } from './kit/cells.ts';
import { bodyRows, Frame } from './kit/frame.tsx';
import type { KeyHint } from './kit/key-line.ts';
import { type Line, Rows } from './kit/row.tsx';
import { useSurroundings } from './kit/surroundings.tsx';
import { words } from './words.ts';

/** All keys of the page below, each with what it does. */
export function HelpScreen({ keys }: { keys: readonly KeyHint[] }) {
  const { rows, theme } = useSurroundings();
  const named = [
    ...keys.filter(({ does }) => does !== ''),
    ...words.help.everywhere.map(([key, does]) => ({ key, does })),
  ];
  const keyCells = Math.max(...named.map(({ key }) => cells(key)));
  const lines = named.map(
    ({ key, does }): Line => [
      { text: theme.screenReader ? `${key}: ` : `  ${fill(key, keyCells + 3)}`, tone: 'strong' },
      { text: does },
    ],
  );
  return (
    <Frame left={words.help.title} keys={[{ key: words.help.close, does: '' }]}>
      <Rows lines={lines.slice(0, bodyRows(rows, false))} />
    </Frame>
  );
}
