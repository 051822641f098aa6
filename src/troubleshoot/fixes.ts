import type { Choices } from '../contract/choices.ts';

/** What the wizard does itself when a person takes a fix: change choices, or act on the machine. */
export type AppliedFix =
  | { kind: 'choices'; change(choices: Choices): Partial<Choices> }
  /** Needs a page of its own that lists what goes, and a `y`. */
  | { kind: 'removal'; what: 'build-cache' }
  | { kind: 'rerun'; noCache?: boolean }
  | { kind: 'ask'; choice: 'modelsDir' | 'timeoutMinutes' }
  | { kind: 'task'; task: 'models-pull' | 'own-folders' };

const blocks = (choices: Choices): number => choices.blockSwap ?? 20;

/** By the `applies` of a fix. A retry follows each of them. */
export const appliedFixes: Record<string, AppliedFix> = {
  'prune-build-cache': { kind: 'removal', what: 'build-cache' },
  'move-models': { kind: 'ask', choice: 'modelsDir' },
  'more-time': { kind: 'ask', choice: 'timeoutMinutes' },
  retry: { kind: 'rerun' },
  'no-cache': { kind: 'rerun', noCache: true },
  'models-pull': { kind: 'task', task: 'models-pull' },
  'own-folders': { kind: 'task', task: 'own-folders' },
  'attention-sdpa': { kind: 'choices', change: () => ({ attention: 'sdpa' }) },
  'text-encoder-fp8': { kind: 'choices', change: () => ({ textEncoder: 'fp8' }) },
  'text-encoder-bf16': { kind: 'choices', change: () => ({ textEncoder: 'bf16' }) },
  'block-swap-more': {
    kind: 'choices',
    // A 14B model has 40 blocks (facts steadydancer 1).
    change: (choices) => ({ blockSwap: Math.min(40, blocks(choices) + 10) }),
  },
  'block-swap-less': {
    kind: 'choices',
    change: (choices) => ({ blockSwap: Math.max(0, blocks(choices) - 10) }),
  },
  'variant-smaller': { kind: 'choices', change: () => ({ variant: 'gguf-q4_k_m' }) },
  'variant-gguf': { kind: 'choices', change: () => ({ variant: 'gguf-q8_0' }) },
  'variant-fp8': { kind: 'choices', change: () => ({ variant: 'fp8' }) },
  'models-in-volume': { kind: 'choices', change: () => ({ placement: 'volume' }) },
  'next-free-port': { kind: 'choices', change: ({ port }) => ({ port: (port ?? 8188) + 1 }) },
  'gpu-auto': { kind: 'choices', change: () => ({ gpu: 'auto' }) },
  'pose-onnx': { kind: 'choices', change: () => ({ pose: 'onnx' }) },
  'smoke-smaller': {
    kind: 'choices',
    change: ({ smoke }) => ({ smoke: { ...smoke, frames: 17 } }),
  },
};
