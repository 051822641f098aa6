import type { Attention, Choices } from '../../src/contract/choices.ts';
import type { Machine } from '../../src/machine/types.ts';
import { attentionGroups } from '../choices/attention-groups.ts';
import { costLine } from '../cost-line.ts';
import type { Focus } from '../kit/option-groups.ts';
import { OptionPage, optionKeys } from '../option-page.tsx';
import type { PageOf, PageProps } from '../page.ts';
import { words } from '../words.ts';

function AttentionPage({ state, session, next }: PageProps<'attention'>) {
  const { planned, seen } = state;
  if (!planned) return null;
  const { planning, answers } = session;
  const change = ({ attention, stack }: Focus): Choices => ({
    attention: attention as Attention,
    ...(stack === undefined ? {} : { stack }),
  });
  return (
    <OptionPage
      place={words.attention.place}
      question={words.attention.question}
      groups={attentionGroups(planned, seen.machine as Machine, (one) => planning.preview(one))}
      first={{
        attention: planned.choices.attention ?? '',
        stack: planned.choices.stack ?? '',
      }}
      cost={(focus) => costLine(planning.preview(change(focus)))}
      details={[words.attention.fallback, '', words.attention.details]}
      onTake={(focus) => {
        void answers.choose(change(focus));
        next();
      }}
      onBack={() => session.back()}
    />
  );
}

export const attentionPage: PageOf<'attention'> = { keys: optionKeys(2), Screen: AttentionPage };
