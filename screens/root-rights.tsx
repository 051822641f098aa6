import type { EngineRoad } from '../src/machine/engine-roads.ts';
import { roadCommandLines } from './engine.tsx';
import { wrapWords } from './kit/cells.ts';
import { bodyRows, Frame } from './kit/frame.tsx';
import type { KeyHint } from './kit/key-line.ts';
import { useKeys } from './kit/keys.ts';
import type { Line } from './kit/row.tsx';
import { Rows } from './kit/row.tsx';
import { Scroll } from './kit/scroll.tsx';
import { useSurroundings } from './kit/surroundings.tsx';
import { usePlace } from './steps.tsx';
import { words } from './words.ts';

export const rootKeys: readonly KeyHint[] = [
  { key: 'y', does: words.root.yes },
  { key: 'Esc', does: words.keys.back },
  { key: '?', does: '' },
  { key: 'q', does: '' },
];

/** Root rights, for named commands, by `y` and nothing else (MOCKUPS C2). */
export function RootScreen(props: {
  road: EngineRoad;
  active?: boolean;
  onYes: () => void;
  onBack: () => void;
}) {
  const { road, active = true, onYes, onBack } = props;
  const { columns, rows } = useSurroundings();
  const place = usePlace(words.machine.place);
  useKeys((key) => {
    if (key === 'y') onYes();
    else if (key === 'escape') onBack();
  }, active);
  const width = columns - 2;
  const head: Line[] = [
    ...wrapWords(`${road.title}?`, width).map((text): Line => [{ text, tone: 'strong' }]),
    ...wrapWords(capital(road.note), width),
    ...(road.undo ? wrapWords(`${words.root.undo} ${road.undo}`, width) : []),
    '',
    ...wrapWords(words.root.commands, width).map((text): Line => [{ text }]),
  ];
  const room = bodyRows(rows, false) - head.length;
  return (
    <Frame left={place} keys={rootKeys}>
      <Rows lines={head} />
      <Scroll
        lines={roadCommandLines(road, width)}
        rows={Math.max(2, room)}
        more={words.root.more}
        active={active}
      />
    </Frame>
  );
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
