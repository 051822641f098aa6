import { ConfirmScreen, confirmKeys } from '../confirm.tsx';
import type { PageOf, PageProps } from '../page.ts';
import { words } from '../words.ts';

function ExposePage({ page, state, session }: PageProps<'expose'>) {
  const { expose } = words;
  const port = state.planned?.choices.port ?? 8188;
  return (
    <ConfirmScreen
      title={expose.title}
      sentences={[
        { text: expose.question(page.listen, port), tone: 'strong' },
        { text: expose.risk, tone: 'warn' },
        { text: expose.undo },
      ]}
      yes={expose.yes}
      onYes={() => {
        session.back();
        void session.answers.expose(page.listen);
      }}
      onBack={() => session.back()}
    />
  );
}

export const exposePage: PageOf<'expose'> = {
  keys: confirmKeys(words.expose.yes),
  Screen: ExposePage,
};
