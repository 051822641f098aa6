import { folderFields } from '../choices/folder-fields.ts';
import { saidOrCost } from '../choices/said-or-cost.ts';
import { FormPage, formKeys } from '../form-page.tsx';
import type { PageOf, PageProps } from '../page.ts';
import { words } from '../words.ts';

function FoldersPage({ state, session, next }: PageProps<'folders'>) {
  const { planned } = state;
  if (!planned) return null;
  return (
    <FormPage
      place={words.folders.place}
      question={words.folders.question}
      fields={folderFields(planned, (change) => void session.answers.choose(change))}
      cost={saidOrCost(state)}
      done={words.form.next}
      onDone={next}
      onBack={() => session.back()}
    />
  );
}

export const foldersPage: PageOf<'folders'> = { keys: formKeys, Screen: FoldersPage };
