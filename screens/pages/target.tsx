import { useMemo } from 'react';
import type { Choices, Target } from '../../src/contract/choices.ts';
import { gpuFocus, targetGroups } from '../choices/target-groups.ts';
import { costLine } from '../cost-line.ts';
import type { Focus } from '../kit/option-groups.ts';
import { OptionPage, optionKeys } from '../option-page.tsx';
import type { PageOf, PageProps } from '../page.ts';
import { words } from '../words.ts';

function TargetPage({ state, session, next }: PageProps<'target'>) {
  const { planned, seen } = state;
  const { planning, answers } = session;
  // A plan a row: not at each key.
  const groups = useMemo(
    () => targetGroups(seen.machine, (change) => planning.preview(change)),
    [seen, planning],
  );
  const nvidia = session.wizard?.sight.nvidia ?? false;
  const change = ({ target, gpu = '' }: Focus): Choices => ({
    target: target as Target,
    gpu: /^\d+$/.test(gpu) ? Number(gpu) : gpu,
  });
  const here = planned?.choices.target ?? 'local';
  // From the welcome it is another machine that is meant.
  const other = !nvidia || state.trail.at(-1)?.at === 'welcome';
  const first = other && here === 'local' ? 'runpod' : here;
  return (
    <OptionPage
      place={words.target.place}
      question={nvidia ? words.target.question : `${words.target.noGpu} ${words.target.question}`}
      groups={groups}
      first={{ target: first, gpu: gpuFocus(planned) }}
      cost={(focus) =>
        costLine(planning.preview(change(focus))) ?? [{ text: words.options.planning }]
      }
      details={Object.values(words.target.below)}
      onTake={(focus) => {
        void answers.choose(change(focus));
        next();
      }}
      onBack={() => session.back()}
    />
  );
}

export const targetPage: PageOf<'target'> = { keys: optionKeys(2), Screen: TargetPage };
