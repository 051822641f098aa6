import type { Attention, ResolvedChoices } from '../contract/choices.ts';
import { Failure } from '../contract/failure.ts';
import type { PlanWarning } from '../contract/plan.ts';
import { memoryLimitBytes } from '../launch/memory-limit.ts';
import type { Machine } from '../machine/types.ts';
import { type Fit, memoryWords } from './fit.ts';
import { fitAttention, recommendAttention } from './fit-attention.ts';
import { fitStack, recommendStack, whyNoStack } from './fit-stack.ts';
import { fitWeights, recommendWeights } from './fit-weights.ts';
import { recommendPlacement } from './placement.ts';
import { attentionChange, stackChange, weightsChange } from './recommend-changes.ts';
import { siteOf } from './site.ts';
import { type Stack, stackById, stacks } from './stacks.ts';
import type { TargetGpu } from './target-gpu.ts';

/** One choice: what it is, why, and what would make it another. */
export interface Recommended<T> {
  value: T;
  reason: string;
  /** null: nothing that this machine could change. */
  change: string | null;
  /** A person's own choice, kept. */
  chosen: boolean;
}

export interface Recommendation {
  stack: Recommended<Stack>;
  variant: Recommended<NonNullable<ResolvedChoices['variant']>>;
  blockSwap: Recommended<number>;
  textEncoder: Recommended<NonNullable<ResolvedChoices['textEncoder']>>;
  attention: Recommended<Attention>;
  placement: Recommended<NonNullable<ResolvedChoices['placement']>>;
  pose: Recommended<NonNullable<ResolvedChoices['pose']>>;
  smoke: Recommended<{ width: number; height: number; frames: number; steps: number }>;
  /** Bytes; measured, so it is in no digest and no profile. null: not known (elsewhere). */
  memoryLimit: Recommended<number | null>;
}

export type RecommendResult =
  | { recommendation: Recommendation; warnings: PlanWarning[]; refusal: null }
  | { recommendation: null; warnings: PlanWarning[]; refusal: Failure };

/** The smoke test's size of the graph page: small enough for every GPU that is not refused. */
const SMOKE = { width: 256, height: 448, frames: 17, steps: 4 } as const;

/**
 * What suits the GPU. Choices that a person made are kept when they can run, with a warning where
 * they are doubtful; refused when they cannot. Pure; free memory and disk do not count, so that the
 * same machine gets the same answer tomorrow.
 */
export function recommend(
  choices: ResolvedChoices,
  gpu: TargetGpu,
  machine: Machine,
): RecommendResult {
  const site = siteOf(gpu, machine);
  const warnings: PlanWarning[] = [];
  const refuse = (code: string, sentence: string, change?: string): RecommendResult => ({
    recommendation: null,
    warnings,
    refusal: new Failure({
      code,
      sentence,
      phase: 'prepare',
      ...(change ? { fixes: [{ label: change }] } : {}),
    }),
  });
  const take = <T>(
    value: T,
    fit: Fit,
    chosen: boolean,
    change: string | null,
    code: string,
  ): Recommended<T> => {
    if (fit.state === 'warn')
      warnings.push({ code, text: `${code.split('-')[0]}: ${fit.reason}.` });
    return { value, reason: fit.reason, change, chosen };
  };

  const stackRow = choices.stack === undefined ? null : stackById(choices.stack);
  if (choices.stack !== undefined && !stackRow) {
    const ids = stacks().map(({ id }) => id);
    return refuse(
      'stack-unknown',
      `There is no stack \`${choices.stack}\`; there are: ${ids.join(', ')}.`,
    );
  }
  const stack = stackRow ? { row: stackRow, fit: fitStack(stackRow, site) } : recommendStack(site);
  if (!stack || stack.fit.state === 'no') {
    const why = stack?.fit.reason ?? whyNoStack(site);
    const newer = stackChange(site, null);
    return refuse(
      'stack-unfit',
      stack
        ? `The stack ${stack.row.id} does not run on the ${gpu.name}: ${why}.`
        : `No stack runs on the ${gpu.name}: ${why}.`,
      newer ?? undefined,
    );
  }

  const attention =
    choices.attention === undefined
      ? recommendAttention(stack.row, site)
      : { value: choices.attention, fit: fitAttention(choices.attention, stack.row, site) };
  if (attention.fit.state === 'no') {
    return refuse(
      'attention-unfit',
      `${attention.value} does not run here: ${attention.fit.reason}.`,
      `Take ${recommendAttention(stack.row, site).value}`,
    );
  }

  const weights =
    choices.variant === undefined
      ? recommendWeights(site, choices.blockSwap)
      : fitWeights(choices.variant, site, choices.blockSwap);
  if (!weights || weights.fit.state === 'no') {
    const smallest = weights ?? fitWeights('gguf-q4_k_m', site, choices.blockSwap);
    const other = recommendWeights(site);
    return refuse(
      'weights-unfit',
      `The ${smallest.variant} weights do not fit: ${smallest.fit.reason}.`,
      other ? `Take ${other.variant}` : undefined,
    );
  }

  const whole = weights.variant === 'fp16';
  const encoder = choices.textEncoder ?? (whole ? 'bf16' : 'fp8');
  const placement = recommendPlacement(choices, machine);
  if (Number(site.computeCapability) < 8) {
    warnings.push({
      code: 'gpu-no-bf16',
      text: `The ${gpu.name} has no bf16 and no flash-attn: it runs in fp16 with sdpa, slowly; not yet seen running.`,
    });
  }
  if (site.memoryBytes === null) {
    warnings.push({
      code: 'memory-unseen',
      text: `How much memory there is beside the ${gpu.name} is not known; enough is assumed.`,
    });
  }
  const limit =
    site.memoryBytes === null ? null : memoryLimitBytes(site.memoryBytes, choices.memoryLimitBytes);
  const recommendation: Recommendation = {
    stack: take(
      stack.row,
      stack.fit,
      stackRow !== null,
      stackChange(site, stack.row),
      'stack-doubtful',
    ),
    attention: take(
      attention.value,
      attention.fit,
      choices.attention !== undefined,
      attention.value === 'flash-attn' ? null : attentionChange(stack.row, site),
      'attention-doubtful',
    ),
    variant: take(
      weights.variant,
      weights.fit,
      choices.variant !== undefined,
      whole ? null : weightsChange(site),
      'weights-doubtful',
    ),
    blockSwap: {
      value: weights.blockSwap,
      reason:
        weights.blockSwap === 0
          ? 'all 40 blocks fit on the GPU'
          : `${weights.blockSwap} of 40 blocks wait in memory, so that clips fit; costs some speed`,
      change: weights.blockSwap === 0 ? null : 'more video memory',
      chosen: choices.blockSwap !== undefined,
    },
    textEncoder: {
      value: encoder,
      reason:
        encoder === 'fp8'
          ? 'saves 4.6 GB of download, disk and memory'
          : "as in the authors' workflow",
      change: encoder === 'fp8' ? "bf16 is as in the authors' workflow" : 'fp8 saves 4.6 GB',
      chosen: choices.textEncoder !== undefined,
    },
    placement,
    pose: {
      value: choices.pose ?? 'onnx',
      reason:
        choices.pose === 'openmmlab'
          ? 'mmcv is built from source: 20-40 min more; ComfyUI does not need it'
          : 'the workflow needs no OpenMMLab',
      change: choices.pose === 'openmmlab' ? 'onnx saves 6.3 GB and 20-40 min' : null,
      chosen: choices.pose !== undefined,
    },
    smoke: {
      value: {
        width: choices.smoke?.width ?? SMOKE.width,
        height: choices.smoke?.height ?? SMOKE.height,
        frames: choices.smoke?.frames ?? SMOKE.frames,
        steps: choices.smoke?.steps ?? SMOKE.steps,
      },
      reason: 'one second of video: proves the whole way in minutes',
      change: null,
      chosen: choices.smoke !== undefined,
    },
    memoryLimit: {
      value: limit,
      reason:
        limit === null
          ? 'set where it runs'
          : `${memoryWords(limit)} of ${memoryWords(site.memoryBytes ?? 0)}, so that the computer lives when the container wants too much`,
      change: null,
      chosen: choices.memoryLimitBytes !== undefined,
    },
  };
  return { recommendation, warnings, refusal: null };
}
