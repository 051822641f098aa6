import { formatBytes } from '../src/text/format.ts';
import { wrapWords } from './kit/cells.ts';
import { bodyRows, Frame } from './kit/frame.tsx';
import type { KeyHint } from './kit/key-line.ts';
import { useKeys } from './kit/keys.ts';
import { type Line, Rows } from './kit/row.tsx';
import { Scroll } from './kit/scroll.tsx';
import { useSurroundings } from './kit/surroundings.tsx';
import { table } from './kit/table.ts';
import type { BundleDraft } from './state/trouble.ts';
import { words } from './words.ts';

export const bundleKeys: readonly KeyHint[] = [
  { key: 'y', does: words.trouble.bundle.write },
  { key: 'Esc', does: words.keys.back },
  { key: '?', does: '' },
  { key: 'q', does: '' },
];

/** What would go into the archive for a bug report, before it is written. */
export function BundleScreen(props: {
  place: Line;
  draft: BundleDraft | null;
  problem: string | null;
  active?: boolean;
  onWrite: () => void;
  onBack: () => void;
}) {
  const { place, draft, problem, active = true, onWrite, onBack } = props;
  const { columns, rows, theme } = useSurroundings();
  useKeys((key) => {
    if (key === 'y' && draft) onWrite();
    else if (key === 'escape') onBack();
  }, active);
  const width = columns - 2;
  const { intro, hidden, collecting, missing, goes } = words.trouble.bundle;
  const head = [...wrapWords(intro, width), ''];
  const body = draft && [
    ...draft.files.map(({ bytes, name, what }): Line[] => [formatBytes(bytes), name, what]),
    ...draft.missing.map(({ name, why }): Line[] => ['-', name, `${missing}: ${why}`]),
  ];
  const columnsOf = [
    { title: '', align: 'right' as const },
    { title: '' },
    { title: '', grows: true },
  ];
  const tail = draft
    ? ['', ...wrapWords(hidden, width), ...wrapWords(`${goes} ${draft.path}`, width)]
    : [];
  const room = bodyRows(rows, problem !== null) - head.length - tail.length;
  return (
    <Frame
      left={place}
      keys={bundleKeys}
      status={problem === null ? null : [{ text: problem, tone: 'fail' }]}
    >
      <Rows lines={head} />
      <Scroll
        lines={body ? table(columnsOf, body, width, theme) : [[{ text: collecting, tone: 'busy' }]]}
        rows={Math.max(2, room)}
        more={words.trouble.fix.more}
        active={active}
      />
      <Rows lines={tail} />
    </Frame>
  );
}
