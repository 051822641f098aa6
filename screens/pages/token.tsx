import { TOKEN_SHAPE } from '../../src/models/kept-token.ts';
import { wrapWords } from '../kit/cells.ts';
import { ChoiceList } from '../kit/choice-list.tsx';
import { bodyRows, Frame } from '../kit/frame.tsx';
import type { KeyHint } from '../kit/key-line.ts';
import { useKeys } from '../kit/keys.ts';
import { type Line, Rows } from '../kit/row.tsx';
import { useSurroundings } from '../kit/surroundings.tsx';
import { NamePage, nameKeys } from '../name-page.tsx';
import type { PageOf, PageProps } from '../page.ts';
import { words } from '../words.ts';

const keys: readonly KeyHint[] = [
  { key: 'Enter', does: words.keys.choose },
  { key: 'Up/Down', does: words.keys.choose },
  { key: 'Esc', does: words.keys.back },
  { key: '?', does: '' },
];

/** Where the token comes from, and what can be done about it. */
function TokenHere({ state, session }: PageProps<'token'>) {
  const { columns, rows } = useSurroundings();
  const { tokenSeen: seen, problem } = state;
  const { token } = words;
  useKeys((key) => {
    if (key === 'escape') session.back();
  });
  const width = columns - 2;
  const says = (text: string, tone: 'plain' | 'strong' | 'quiet'): Line[] =>
    wrapWords(text, width).map((line): Line => [{ text: line, tone }]);
  const kept = seen?.keptIn ? token.keptIn(token.keepers[seen.keptIn](seen.path)) : '';
  const now = seen ? [token.from[seen.from], kept].filter(Boolean).join(' ') : token.looking;
  const head: Line[] = [...says(token.question, 'strong'), ...says(now, 'plain')];
  const below = says(token.never, 'quiet');
  const room = bodyRows(rows, problem !== null);
  const { items } = token;
  const choices = [
    { id: 'use', label: items.use, note: items.useNote },
    { id: 'keep', label: items.keep, note: items.keepNote },
    {
      id: 'forget',
      label: items.forget,
      note: items.forgetNote,
      ...(seen?.keptIn ? {} : { impossible: items.forgetNone }),
    },
  ] as const;
  const does = {
    use: () => session.open({ at: 'token-text', keep: false }),
    keep: () => session.open({ at: 'token-text', keep: true }),
    forget: () => void session.token.forget(),
  };
  const listRows = Math.max(3, room - head.length - below.length - 2);
  return (
    <Frame
      left={[{ text: `${words.name}   ${token.title}`, tone: 'accent' }]}
      keys={keys}
      status={problem === null ? null : [{ text: problem }]}
    >
      <Rows lines={[...head, '']} />
      <ChoiceList choices={choices} rows={listRows} onChoose={(id) => does[id]()} />
      <Rows lines={['', ...below].slice(0, Math.max(0, room - head.length - 1 - listRows))} />
    </Frame>
  );
}

export const tokenPage: PageOf<'token'> = { keys, Screen: TokenHere };

function TokenText({ page, state, session }: PageProps<'token-text'>) {
  const { token } = words;
  return (
    <NamePage
      title={token.title}
      question={token.ask}
      label={token.label}
      first=""
      accept={token.accept}
      masked
      wrong={(text) => (TOKEN_SHAPE.test(text.trim()) ? null : token.wrong)}
      about={(text) => [token.length(text.trim().length), token.never]}
      problem={state.problem}
      onAccept={(text) => void session.token.accept(text, page.keep)}
      onBack={() => session.back()}
    />
  );
}

export const tokenTextPage: PageOf<'token-text'> = {
  keys: nameKeys(words.token.accept),
  Screen: TokenText,
};
