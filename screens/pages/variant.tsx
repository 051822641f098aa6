import type { Choices, TextEncoder, Variant } from '../../src/contract/choices.ts';
import type { Machine } from '../../src/machine/types.ts';
import { formatMemoryTotal } from '../../src/text/format.ts';
import { variantDetails, variantGroups } from '../choices/variant-groups.ts';
import { costLine } from '../cost-line.ts';
import type { Focus } from '../kit/option-groups.ts';
import { OptionPage, optionKeys } from '../option-page.tsx';
import type { PageOf, PageProps } from '../page.ts';
import { words } from '../words.ts';

function VariantPage({ state, session, next }: PageProps<'variant'>) {
  const { planned, seen } = state;
  if (!planned) return null;
  const { planning, answers } = session;
  const machine = seen.machine as Machine;
  const groups = variantGroups(planned, machine, (change) => planning.preview(change));
  const change = ({ variant, textEncoder }: Focus): Choices => ({
    variant: variant as Variant,
    textEncoder: textEncoder as TextEncoder,
  });
  const video = formatMemoryTotal(planned.gpu?.memoryBytes ?? 0);
  const memory = machine.engine.state === 'ready' ? machine.engine.memoryBytes : null;
  const shown = planned.gpu?.here && memory !== null ? formatMemoryTotal(memory) : null;
  return (
    <OptionPage
      place={words.variant.place}
      question={words.variant.question(video, shown)}
      groups={groups}
      first={{
        variant: planned.choices.variant ?? '',
        textEncoder: planned.choices.textEncoder ?? '',
      }}
      cost={(focus) => costLine(planning.preview(change(focus)))}
      details={variantDetails()}
      onTake={(focus) => {
        void answers.choose(change(focus));
        next();
      }}
      onBack={() => session.back()}
    />
  );
}

export const variantPage: PageOf<'variant'> = { keys: optionKeys(2), Screen: VariantPage };
