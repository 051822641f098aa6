import type { Phase } from '../context.ts';
import { buildStage } from './build-stage.ts';

/** The stage that ends with the dependencies and their proofs, for recipes that have one. */
const DEPENDENCY_STAGES: Record<string, string | undefined> = { steadydancer: 'dependencies' };

/** Dependency stages and their import checks; a recipe without them has nothing to do here. */
export const dependencies: Phase = {
  id: 'dependencies',
  after: ['validate'],
  async satisfied({ planned }) {
    return stageOf(planned.choices) === undefined;
  },
  async run(ctx, signal) {
    const target = stageOf(ctx.planned.choices);
    if (target) await buildStage(ctx, { target }, signal);
  },
};

function stageOf(choices: { recipe: string; image?: string | undefined }): string | undefined {
  return choices.image === undefined ? DEPENDENCY_STAGES[choices.recipe] : undefined;
}
