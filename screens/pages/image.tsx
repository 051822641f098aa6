import { choicesSchema } from '../../src/contract/choices.ts';
import { NamePage, nameKeys } from '../name-page.tsx';
import type { PageOf, PageProps } from '../page.ts';
import { words } from '../words.ts';

function ImagePage({ state, session }: PageProps<'image'>) {
  const { image } = words;
  return (
    <NamePage
      title={image.title}
      question={image.question}
      label={image.name}
      first={state.answers.image ?? ''}
      accept={words.keys.next}
      wrong={(text) =>
        choicesSchema.shape.image.safeParse(text.trim()).success && text.trim() !== ''
          ? null
          : image.wrong
      }
      about={() => [image.about]}
      problem={state.problem}
      onAccept={(name) =>
        void session.planning.begin({ choices: { image: name }, profile: null }, true)
      }
      onBack={() => session.back()}
    />
  );
}

export const imagePage: PageOf<'image'> = { keys: nameKeys(words.keys.next), Screen: ImagePage };
