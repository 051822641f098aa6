import { useEffect, useState } from 'react';
import { optionFields } from '../choices/option-fields.ts';
import { saidOrCost } from '../choices/said-or-cost.ts';
import type { TokenFrom } from '../deps.ts';
import { FormPage, formKeys } from '../form-page.tsx';
import type { PageOf, PageProps } from '../page.ts';
import { words } from '../words.ts';

function OptionsPage({ state, session, next }: PageProps<'options'>) {
  const { planned } = state;
  const { wizard } = session;
  const [token, setToken] = useState<TokenFrom | null>(null);
  useEffect(() => {
    let gone = false;
    void wizard?.tokenFrom().then((from) => {
      if (!gone) setToken(from);
    });
    return () => {
      gone = true;
    };
  }, [wizard]);
  if (!planned) return null;
  return (
    <FormPage
      place={words.settings.place}
      question={words.settings.question}
      fields={optionFields({
        planned,
        proxy: wizard?.proxy ?? null,
        token,
        set: (change) => void session.answers.choose(change),
        onToken: () => void session.token.open(),
        onMirrors: () => session.open({ at: 'mirrors' }),
        onExpose: () => session.open({ at: 'expose', listen: '0.0.0.0' }),
      })}
      cost={saidOrCost(state)}
      done={words.form.next}
      onDone={next}
      onBack={() => session.back()}
    />
  );
}

export const optionsPage: PageOf<'options'> = { keys: formKeys, Screen: OptionsPage };
