import { useEffect, useState } from 'react';
import type { Planned } from '../../src/recipe/types.ts';
import { NamePage, nameKeys } from '../name-page.tsx';
import { own } from '../own.ts';
import type { PageOf, PageProps } from '../page.ts';
import { shortGpu } from '../welcome/standing.ts';
import { words } from '../words.ts';

/** As src/contract/profile.ts has it; checked again by the store. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;

function SavePage({ state, session }: PageProps<'save'>) {
  const { save } = words;
  const [names, setNames] = useState<readonly string[]>([]);
  useEffect(() => {
    void session.wizard?.ownProfiles().then(setNames, () => {});
  }, [session]);
  return (
    <NamePage
      title={save.title}
      question={save.question}
      label={save.name}
      first={suggested(state.planned, state.profile)}
      accept={words.keys.save}
      wrong={(text) => (NAME.test(text.trim()) ? null : save.wrong)}
      about={(text) => [
        own(`run --profile ${text.trim()}`),
        ...(names.includes(text.trim()) ? [save.replaces(text.trim())] : []),
      ]}
      problem={state.problem}
      onAccept={(name) =>
        void session.answers.save(name).then((done) => {
          if (done) session.back();
        })
      }
      onBack={() => session.back()}
    />
  );
}

/** `rtx-4090-fp8`; an own profile keeps its name. */
function suggested(planned: Planned | null, profile: string | null): string {
  if (profile !== null) return profile;
  if (!planned) return '';
  const { recipe, variant } = planned.choices;
  const gpu = planned.gpu ? shortGpu(planned.gpu.name) : recipe;
  return [gpu, variant ?? '']
    .filter(Boolean)
    .join('-')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 63);
}

export const savePage: PageOf<'save'> = { keys: nameKeys(words.keys.save), Screen: SavePage };
