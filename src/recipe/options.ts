import { attentions, type ResolvedChoices } from '../contract/choices.ts';
import type { Machine } from '../machine/types.ts';
import { fitAttention } from './fit-attention.ts';
import { fitStack, recommendStack } from './fit-stack.ts';
import { weightsOptions } from './fit-weights.ts';
import { siteOf } from './site.ts';
import { stackById, stacks } from './stacks.ts';
import type { TargetGpu } from './target-gpu.ts';

/** What a page about choices shows: every option with its state and reason. */
export function options(choices: ResolvedChoices, gpu: TargetGpu, machine: Machine) {
  const site = siteOf(gpu, machine);
  const row = (choices.stack && stackById(choices.stack)) || recommendStack(site)?.row;
  return {
    variant: weightsOptions(site),
    attention: row
      ? attentions.map((value) => ({ value, fit: fitAttention(value, row, site) }))
      : [],
    stack: stacks().map((candidate) => ({ value: candidate, fit: fitStack(candidate, site) })),
  };
}
