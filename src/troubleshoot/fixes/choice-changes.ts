import type { Choices } from '../../contract/choices.ts';
import { nextAttention } from '../../pipeline/fallback-rules.ts';

type Change = (choices: Choices) => Partial<Choices>;

const blocks = (choices: Choices): number => choices.blockSwap ?? 20;
/** A 14B model has 40 blocks (facts steadydancer 1). */
const BLOCKS = 40;

/** Fixes that are another answer, by their `applies`: reckoned from what was asked for. */
export const choiceChanges: Record<string, Change> = {
  'attention-sdpa': () => ({ attention: 'sdpa' }),
  'attention-next': ({ attention }) => ({
    attention: nextAttention[attention ?? 'flash-attn'] ?? 'sdpa',
  }),
  'text-encoder-fp8': () => ({ textEncoder: 'fp8' }),
  'text-encoder-bf16': () => ({ textEncoder: 'bf16' }),
  'block-swap-more': (choices) => ({ blockSwap: Math.min(BLOCKS, blocks(choices) + 10) }),
  'block-swap-less': (choices) => ({ blockSwap: Math.max(0, blocks(choices) - 10) }),
  'variant-smaller': () => ({ variant: 'gguf-q4_k_m' }),
  'variant-gguf': () => ({ variant: 'gguf-q8_0' }),
  'variant-fp8': () => ({ variant: 'fp8' }),
  'models-in-volume': () => ({ placement: 'volume' }),
  'gpu-auto': () => ({ gpu: 'auto' }),
  'pose-onnx': () => ({ pose: 'onnx' }),
  'smoke-smaller': ({ smoke }) => ({ smoke: { ...smoke, frames: 17 } }),
  'more-time': ({ timeoutMinutes }) => ({
    timeoutMinutes: Math.max(1, Math.ceil((timeoutMinutes ?? 45) * 2)),
  }),
};
