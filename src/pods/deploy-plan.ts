import { memoryNeeds } from '../recipe/memory-needs.ts';
import { stackById } from '../recipe/stacks.ts';
import type { Planned } from '../recipe/types.ts';
import type { Candidate, GpuNeed } from './candidates.ts';

/** Where the image has its models (docker/Dockerfile). */
export const MODELS_PATH = '/opt/ComfyUI/models';
/** USD a GB and month below 1 TB (docs.runpod.io, pods/pricing). */
const VOLUME_PRICE = 0.07;
/** GB beside the models: what the container writes; image layers do not count (facts runpod §5). */
const WORK_GB = 20;

/** What the pod needs, by the plan. */
export interface PodNeed {
  gpu: GpuNeed;
  /** GB of models that the pod fetches; 0 where there are none, or they are in the image. */
  modelsGb: number;
  env: Record<string, string>;
}

/** A network volume for the models: kept between pods, paid by the month until it is deleted. */
export interface VolumeProposal {
  sizeGb: number;
  pricePerMonth: number;
  /** Where the first candidate is free now. */
  dataCenter: string | null;
}

/** Pure. A rehearsal takes the cheapest GPU there is: it tests the account, the pull and the proxy. */
export function podNeed({ choices, plan, gpu }: Planned): PodNeed {
  if (choices.recipe !== 'steadydancer' || !gpu) {
    const need = { memoryBytes: 0, minCudaVersion: null, capabilities: null, named: null };
    return { gpu: need, modelsGb: 0, env: {} };
  }
  const row = plan.stack === null ? null : stackById(plan.stack);
  const { variant = 'fp8', blockSwap = 0, attention } = choices;
  const flash = attention === 'flash-attn' ? row?.flashAttention.capabilities : undefined;
  const bytes = plan.models.reduce((sum, one) => sum + (one.bytes ?? one.estimatedBytes), 0);
  const baked = choices.placement === 'baked';
  return {
    gpu: {
      // What was planned for this card runs on it, also where a full clip would like more.
      memoryBytes: Math.min(memoryNeeds(variant, blockSwap).videoBytes, gpu.memoryBytes),
      minCudaVersion: row?.cuda ?? null,
      capabilities: flash ?? row?.capabilities ?? null,
      named: gpu.name,
    },
    modelsGb: baked ? 0 : Math.ceil(bytes / 1e9),
    env: {
      ENABLE_STEADYDANCER: 'true',
      STEADYDANCER_VARIANT: variant,
      ...(baked ? {} : { FETCH_MODELS: 'true' }),
    },
  };
}

/** GB of the container's own disk; models on a volume are not on it. */
export function diskGb({ modelsGb }: PodNeed, onVolume: boolean): number {
  return WORK_GB + (onVolume ? 0 : modelsGb);
}

/** Null where there are no models to keep. */
export function volumeProposal(need: PodNeed, found: readonly Candidate[]): VolumeProposal | null {
  if (need.modelsGb === 0) return null;
  const sizeGb = Math.max(10, Math.ceil(need.modelsGb * 1.1) + 2);
  return { sizeGb, pricePerMonth: monthly(sizeGb), dataCenter: found[0]?.dataCenters[0] ?? null };
}

export function monthly(sizeGb: number): number {
  return Math.round(sizeGb * VOLUME_PRICE * 100) / 100;
}
