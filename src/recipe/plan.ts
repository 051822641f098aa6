import type { ResolvedChoices } from '../contract/choices.ts';
import { recipeByImage } from './image-source.ts';
import { impossibleChoice } from './impossible-choice.ts';
import { planCustom } from './plan-custom.ts';
import { planRehearsal } from './plan-rehearsal.ts';
import { planSteadyDancer } from './plan-steadydancer.ts';
import { resolveChoices } from './resolve-choices.ts';
import type { PlanInput, Planned } from './types.ts';

/**
 * What a run would do and cost. Pure: nothing is read, asked or measured here; the same input gives
 * the same plan. A plan that cannot run or cannot fit is a plan with a `refusal`, never an exception.
 */
export function plan(input: PlanInput): Planned {
  const choices = resolveChoices(recipeByImage(input.choices, input.image ?? null));
  const planned = planOf(input, choices);
  const impossible = impossibleChoice(choices) ?? planned.refusal ?? input.problem ?? null;
  const { image } = input;
  return {
    ...planned,
    refusal: impossible,
    ...(image?.kind === 'file' ? { imageFile: image.path } : {}),
  };
}

function planOf(input: PlanInput, choices: ResolvedChoices): Planned {
  switch (choices.recipe) {
    case 'rehearsal':
      return planRehearsal(input, choices);
    case 'steadydancer':
      return planSteadyDancer(input, choices);
    case 'custom':
      return planCustom(input, choices);
    default:
      throw new Error(`no such recipe: ${choices.recipe satisfies never}`);
  }
}
