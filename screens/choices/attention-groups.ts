import { type Attention, attentions } from '../../src/contract/choices.ts';
import type { Machine } from '../../src/machine/types.ts';
import { options as fitting } from '../../src/recipe/options.ts';
import type { Planned } from '../../src/recipe/types.ts';
import type { Option, OptionGroup } from '../kit/option-groups.ts';
import { words } from '../words.ts';
import type { PlanWith } from './variant-groups.ts';

/** Attention back-ends, the fastest that runs first, and the stacks that they come in. */
export function attentionGroups(
  planned: Planned,
  machine: Machine,
  planWith: PlanWith,
): OptionGroup[] {
  const { attention } = words;
  const advised = planWith({ attention: undefined, stack: undefined });
  const gpu = planned.gpu ?? advised?.gpu;
  if (!gpu) return [];
  const offered = fitting(planned.choices, gpu, machine);
  const best = planWith({ attention: undefined })?.choices.attention;
  const backEnds = offered.attention
    .map(({ value, fit }) => option(value, value, fit, value === best))
    .sort((a, b) => rank(a, best) - rank(b, best) || order(a.id) - order(b.id));
  const bestStack = advised?.choices.stack;
  const stacks = offered.stack
    .map(({ value, fit }) => option(value.id, value.title, fit, value.id === bestStack))
    .sort((a, b) => rank(a, bestStack) - rank(b, bestStack));
  const columns = [{ title: '' }, { title: '', grows: true }];
  return [
    {
      id: 'attention',
      title: attention.backEnd,
      hint: words.options.tab,
      columns,
      options: backEnds,
    },
    { id: 'stack', title: attention.stack, hint: words.options.tab, columns, options: stacks },
  ];
}

function option(
  id: string,
  name: string,
  fit: { state: 'ok' | 'warn' | 'no'; reason: string },
  best: boolean,
): Option {
  const { options } = words;
  const said =
    fit.state === 'no'
      ? options.no(fit.reason)
      : best
        ? options.recommended(fit.reason)
        : fit.reason;
  // The row may be cut; below it the reason is whole.
  return { id, cells: [name, said], fit: fit.state, below: [`${name}: ${fit.reason}.`] };
}

function rank({ id, fit }: Option, best: string | undefined): number {
  if (id === best) return 0;
  return fit === 'no' ? 2 : 1;
}

function order(id: string): number {
  return attentions.indexOf(id as Attention);
}
