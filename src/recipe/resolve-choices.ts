import { type Choices, defaultChoices, type ResolvedChoices } from '../contract/choices.ts';
import { mergeChoices } from '../profiles/merge-choices.ts';

/**
 * The choices with every default that does not depend on the machine. Choices that a person made
 * are never changed; what depends on the machine is recommend()'s.
 */
export function resolveChoices(choices: Choices): ResolvedChoices {
  const recipe =
    choices.recipe ?? (choices.dockerfile || choices.context ? 'custom' : 'steadydancer');
  const { stack, ...others } = mergeChoices(defaultChoices, { recipe }, choices);
  // `auto` takes back what a profile chose.
  return (
    stack === undefined || stack === 'auto' ? others : { ...others, stack }
  ) as ResolvedChoices;
}
