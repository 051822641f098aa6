import { attentions } from '../../contract/choices.ts';
import { Failure } from '../../contract/failure.ts';
import type { Phase, RunContext } from '../context.ts';
import { fallBack } from '../fallback.ts';
import { buildStage } from './build-stage.ts';
import { builtByPlan } from './built-image.ts';
import { proveKernelsOfStage } from './prove-kernels.ts';

/** The stage that ends with the dependencies and their proofs, for recipes that have one. */
const DEPENDENCY_STAGES: Record<string, string | undefined> = { steadydancer: 'dependencies' };

const ATTENTION_STAGE = 'attention';
/** As BuildKit would name it, for the rule of the fallback. */
const PROOF_STEP = '[attention] proof on the GPU';

/** Dependency stages and their import checks; a recipe without them has nothing to do here. */
export const dependencies: Phase = {
  id: 'dependencies',
  after: ['validate'],
  async satisfied(ctx) {
    const stage = stageOf(ctx.planned.choices);
    if (stage === undefined) return true;
    if (ctx.request.noCache || ctx.request.pull) return false;
    // The final image stands on them; build cache may have gone meanwhile, and is of no use then.
    const { ref } = ctx.planned.plan.image;
    return (
      (await builtByPlan(ctx, ref)) !== null || (await builtByPlan(ctx, `${ref}-${stage}`)) !== null
    );
  },
  async run(ctx, signal) {
    const target = stageOf(ctx.planned.choices);
    if (!target) return;
    if (ctx.planned.needsGpu) await provenAttention(ctx, signal);
    await buildStage(ctx, { target }, signal);
  },
};

/**
 * The attention stage, tried on the GPU before the rest is built on it: minutes are lost here, not an
 * hour. A back-end without a kernel for this GPU is replaced by the next one, by the profile's rule.
 */
async function provenAttention(ctx: RunContext, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { id } = await buildStage(ctx, { target: ATTENTION_STAGE }, signal);
    const asked = builtAttention(ctx);
    if (!asked) return;
    try {
      const proved = await proveKernelsOfStage(ctx, id, asked, signal);
      const seen = proved?.devices.map(({ name }) => name).join(', ');
      const text = proved && `torch ${proved.torch} computes on ${seen}: ${proved.words}.`;
      if (text) ctx.emit({ type: 'note', level: 'info', text });
      return;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const step = { name: PROOF_STEP, lastLines: [error.details.proof ?? ''] };
      // Ends: each back-end has fewer after it.
      if (!(await fallBack(ctx, error, step))) throw error;
    }
  }
}

/** What is built now: asked for, or put in its place by a fallback. */
function builtAttention({ facts, planned }: RunContext) {
  const name = facts.built.attention ?? planned.plan.args.ATTENTION;
  return attentions.find((attention) => attention === name);
}

function stageOf(choices: { recipe: string; image?: string | undefined }): string | undefined {
  return choices.image === undefined ? DEPENDENCY_STAGES[choices.recipe] : undefined;
}
