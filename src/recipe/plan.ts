import { recipeByImage } from './image-source.ts';
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
