import type { ChoiceKey, ResolvedChoices } from '../contract/choices.ts';
import type { Machine } from '../machine/types.ts';
import { recommend } from './recommend.ts';
import type { TargetGpu } from './target-gpu.ts';

/** A choice that this machine would have answered otherwise. */
export interface Difference {
  key: ChoiceKey;
  chosen: string;
  recommended: string;
  /** Why the other is recommended here. */
  reason: string;
}

const compared = [
  'stack',
  'variant',
  'textEncoder',
  'attention',
  'blockSwap',
  'placement',
  'pose',
] as const;

/**
 * How a profile (from another machine, or from before a change) differs from what is recommended
 * here. For showing only: a person's choices are never changed by it.
 */
export function differences(
  choices: ResolvedChoices,
  gpu: TargetGpu,
  machine: Machine,
): Difference[] {
  const open: ResolvedChoices = { ...choices };
  for (const key of compared) delete open[key];
  const { recommendation } = recommend(open, gpu, machine);
  if (!recommendation) return [];
  return compared.flatMap((key) => {
    const { value, reason } = recommendation[key];
    const recommended = typeof value === 'object' ? value.id : String(value);
    const chosen = choices[key];
    if (chosen === undefined || String(chosen) === recommended) return [];
    return [{ key, chosen: String(chosen), recommended, reason }];
  });
}
