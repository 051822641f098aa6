import type { Variant } from '../contract/choices.ts';
import { GIB } from './gpu-facts.ts';
import { models } from './models.ts';

export const BLOCKS = 40;

/**
 * How much memory the weights want; estimates until something was measured. Sources (facts
 * steadydancer.md §1 and graph page): the 40 blocks are 13,409 MB of an fp8 model (WanVideoWrapper
 * #1272), so 82 % of the weights; about 16 GB of video memory with 20 of 40 swapped (its readme);
 * under 10 GB with all 40 (#96); about 40 GB of memory with 24 blocks of fp16 swapped (#216);
 * fp16 weights pass through memory whole (about 33 GB).
 */
const assumptions = {
  blockShare: 0.82,
  /** Activations, VAE and context window at 480x832, 81 frames. */
  workGib: 6,
  /** The same at the test video's 256x448, 17 frames. */
  smokeWorkGib: 2,
  /** Python, ComfyUI and the text encoder while it is loaded. */
  hostBaseGib: 8,
  /** Reading the weights needs them whole, plus this. */
  loadExtraGib: 3,
  /** A swapped block may be there twice (#216). */
  swapCopies: 2,
} as const;

export interface MemoryNeeds {
  /** Video memory for a clip of full size. */
  videoBytes: number;
  /** Video memory for the test video alone. */
  smokeVideoBytes: number;
  /** Memory below which it does not run, and from which it is comfortable. */
  memoryBytes: number;
  comfortableMemoryBytes: number;
}

function weightsGib(variant: Variant): number {
  const model = models().find(({ neededBy }) => neededBy.variant?.includes(variant));
  if (!model) throw new Error(`models.json has no weights for ${variant}`);
  return (model.bytes ?? model.estimatedBytes) / GIB;
}

/** What a variant needs with so many of the 40 blocks waiting in memory, in bytes. */
export function memoryNeeds(variant: Variant, blockSwap: number): MemoryNeeds {
  const a = assumptions;
  const weights = weightsGib(variant);
  const swapped = (weights * a.blockShare * blockSwap) / BLOCKS;
  const loading = weights + a.loadExtraGib;
  const gib = (value: number) => Math.round(value * GIB);
  return {
    videoBytes: gib(weights - swapped + a.workGib),
    smokeVideoBytes: gib(weights - swapped + a.smokeWorkGib),
    memoryBytes: gib(Math.max(a.hostBaseGib + swapped, loading)),
    comfortableMemoryBytes: gib(Math.max(a.hostBaseGib + a.swapCopies * swapped, loading)),
  };
}
