import { imageFile } from '../../build/image-file.ts';
import { loadImage } from '../../build/load-image.ts';
import { SolveNormaliser } from '../../build/normalise.ts';
import { pullImage } from '../../build/pull-image.ts';
import type { SolveEvent } from '../../build/types.ts';
import { exitCodes } from '../../contract/exit-codes.ts';
import { Failure } from '../../contract/failure.ts';
import { formatBytes } from '../../text/format.ts';
import { withBakedModels } from '../baked-models.ts';
import type { Phase, RunContext } from '../context.ts';
import { buildStage } from './build-stage.ts';
import { builtByPlan, inspectImage } from './built-image.ts';
import { engineOf } from './engine-of.ts';

/** The original plan's bound for an image without models in it. */
const LARGEST_IMAGE_BYTES = 50e9;

/** The final image: built, or the one that was named. */
export const image: Phase = {
  id: 'image',
  after: ['dependencies'],
  async satisfied(ctx) {
    if (ctx.request.noCache || ctx.request.pull) return false;
    const { plan, choices } = ctx.planned;
    const named = choices.image !== undefined;
    const found = await (named ? inspectImage : builtByPlan)(ctx, plan.image.ref);
    if (!found) return false;
    ctx.facts.image = found.image;
    return true;
  },
  async run(ctx, signal) {
    const { ref } = ctx.planned.plan.image;
    if (ctx.planned.choices.image === undefined) {
      await withBakedModels(ctx, signal, (args) => buildStage(ctx, { tag: ref, args }, signal));
    } else if (ctx.planned.imageFile !== undefined) {
      await load(ctx, ctx.planned.imageFile, ref, signal);
    } else await pull(ctx, ref, signal);
    const found = await inspectImage(ctx, ref);
    if (!found) throw missing(ref);
    checkSize(ctx, found.image.bytes);
    ctx.facts.image = found.image;
  },
};

/** The file's image gets the plan's name: the next run finds it and does not read the file again. */
async function load(
  ctx: RunContext,
  path: string,
  ref: string,
  signal: AbortSignal,
): Promise<void> {
  const file = await imageFile(path);
  const text = `Loading ${path} (${formatBytes(file.bytes)}) into Docker.`;
  ctx.emit({ type: 'note', level: 'info', text });
  await loadImage(engineOf(ctx).docker, file, ref, signal);
}

async function pull(ctx: RunContext, ref: string, signal: AbortSignal): Promise<void> {
  const normaliser = new SolveNormaliser(ctx.emit, ctx.ports.clock);
  try {
    const options = { evenIfThere: ctx.request.pull };
    const push = (event: SolveEvent) => normaliser.push(event);
    const refusal = await pullImage(engineOf(ctx).docker, ref, options, push, signal);
    if (refusal !== null) throw notPulled(ref, refusal);
    normaliser.finish('done');
  } catch (error) {
    normaliser.finish(signal.aborted ? 'canceled' : 'failed');
    throw error;
  }
}

function notPulled(ref: string, proof: string): Failure {
  return new Failure({
    code: 'image-not-pulled',
    sentence: `The image ${ref} is not on this computer and could not be pulled.`,
    proof,
    phase: 'image',
    fixes: [{ label: 'Try it by hand', command: `docker pull ${ref}` }],
  });
}

function missing(ref: string): Failure {
  return new Failure({
    code: 'image-missing',
    sentence: `The image ${ref} is not there after it was made; something removed it.`,
    phase: 'image',
  });
}

function checkSize({ planned }: RunContext, bytes: number | null): void {
  if (planned.choices.placement === 'baked' || bytes === null) return;
  if (bytes <= LARGEST_IMAGE_BYTES) return;
  throw new Failure({
    code: 'image-too-large',
    sentence: `The image has ${formatBytes(bytes)}; without models in it it should be under ${formatBytes(LARGEST_IMAGE_BYTES)}.`,
    phase: 'image',
    exitCode: exitCodes.build,
  });
}
