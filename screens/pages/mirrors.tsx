import { useEffect, useRef, useState } from 'react';
import type { Choices } from '../../src/contract/choices.ts';
import type { Measured } from '../../src/machine/network.ts';
import { fastest, mirrorRows } from '../choices/mirror-rows.ts';
import { wrapWords } from '../kit/cells.ts';
import { bodyRows, Frame } from '../kit/frame.tsx';
import type { KeyHint } from '../kit/key-line.ts';
import { useKeys } from '../kit/keys.ts';
import type { Line } from '../kit/row.tsx';
import { Scroll } from '../kit/scroll.tsx';
import { useSurroundings } from '../kit/surroundings.tsx';
import { table } from '../kit/table.ts';
import type { PageOf, PageProps } from '../page.ts';
import { words } from '../words.ts';

const keys: readonly KeyHint[] = [
  { key: 'm', does: words.keys.measure },
  { key: 'f', does: words.keys.fastest },
  { key: 'o', does: words.keys.origins },
  { key: 'Up/Down', does: words.keys.scroll, optional: true },
  { key: 'Esc', does: words.keys.back },
  { key: '?', does: '' },
];

type Look = { state: 'not-yet' | 'measuring' } | { state: 'seen'; measured: Measured[] };

/** Origins and mirrors with the bytes a second that came from each, on demand. */
function MirrorsPage({ state, session }: PageProps<'mirrors'>) {
  const { columns, rows, theme } = useSurroundings();
  const { mirrors } = words;
  const [look, setLook] = useState<Look>({ state: 'not-yet' });
  const [said, setSaid] = useState<string | null>(null);
  const stop = useRef(new AbortController());
  useEffect(() => () => stop.current.abort(), []);
  const chosen = state.planned?.choices.mirrors;
  const measure = () => {
    if (look.state === 'measuring' || !session.wizard) return;
    setLook({ state: 'measuring' });
    const { signal } = stop.current;
    session.wizard.measureMirrors(signal).then(
      (measured) => {
        if (!signal.aborted) setLook({ state: 'seen', measured });
      },
      (error: unknown) => {
        if (!signal.aborted) session.store.problem(error);
      },
    );
  };
  const use = (found: NonNullable<Choices['mirrors']>, none: string) => {
    const count = Object.keys(found).length;
    setSaid(count === 0 ? none : mirrors.taken(count));
    void session.planning.set({ mirrors: count === 0 ? undefined : found });
  };
  useKeys((key) => {
    if (key === 'escape') session.back();
    else if (key === 'm') measure();
    else if (key === 'f' && look.state === 'seen') {
      use(fastest(look.measured, chosen), mirrors.originFastest);
    } else if (key === 'o') use({}, mirrors.originsUsed);
  });
  const width = columns - 2;
  const measured = look.state === 'seen' ? look.measured : [];
  const body = mirrorRows(measured, chosen).map(({ kind, name, speed, inUse }): Line[] => [
    mirrors.kinds[kind],
    [{ text: name, tone: inUse ? 'strong' : 'plain' }],
    speed,
    inUse ? mirrors.inUse : '',
  ]);
  const lines: Line[] = [
    ...wrapWords(mirrors.question, width).map((text): Line => [{ text, tone: 'strong' }]),
    '',
    ...(look.state === 'seen'
      ? table(
          [
            { title: mirrors.columns.kind, goes: 1 },
            { title: mirrors.columns.name, grows: true },
            { title: mirrors.columns.speed, align: 'right' },
            { title: '' },
          ],
          body,
          width,
          theme,
        )
      : [[{ text: look.state === 'measuring' ? mirrors.measuring : mirrors.notYet }] as Line]),
  ];
  const status = state.problem ?? (state.replanning ? words.options.planning : said);
  return (
    <Frame
      left={[{ text: `${words.name}   ${mirrors.title}`, tone: 'accent' }]}
      keys={keys}
      status={status === null ? null : [{ text: status }]}
    >
      <Scroll lines={lines} rows={bodyRows(rows, status !== null)} more={words.root.more} />
    </Frame>
  );
}

export const mirrorsPage: PageOf<'mirrors'> = { keys, Screen: MirrorsPage };
