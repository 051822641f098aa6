import { type Variant, variants } from '../contract/choices.ts';
import { type Fit, memoryWords, no, ok, warn } from './fit.ts';
import { BLOCKS, memoryNeeds } from './memory-needs.ts';

export interface WeightsSite {
  videoBytes: number;
  /** null: elsewhere, not known; enough is assumed. */
  memoryBytes: number | null;
}

export interface FittedWeights {
  variant: Variant;
  blockSwap: number;
  fit: Fit;
}

/** Of all video memory: what is planned for, so that longer clips fit; and what can be used. */
const COMFORTABLE = 0.82;
const USABLE = 0.95;
const swaps = Array.from({ length: BLOCKS / 5 + 1 }, (_, step) => step * 5);

/** How tight it is, from comfortable to impossible: video memory weighs more than memory. */
const tiers = ['ok', 'memory', 'video', 'small', 'no'] as const;
type Tier = (typeof tiers)[number];

/** The variant with as few blocks waiting in memory as fit; a chosen number is kept. */
export function fitWeights(variant: Variant, site: WeightsSite, chosen?: number): FittedWeights {
  const candidates = (chosen === undefined ? swaps : [chosen]).map((blockSwap) => ({
    variant,
    blockSwap,
    ...fitOne(variant, blockSwap, site),
  }));
  const best = candidates.reduce((a, b) => {
    const difference = tiers.indexOf(b.tier) - tiers.indexOf(a.tier);
    // Where video memory is short in any case, each block that waits in memory helps.
    return difference < 0 || (difference === 0 && b.tier !== 'ok' && b.tier !== 'memory') ? b : a;
  });
  const { blockSwap, fit } = best;
  return { variant, blockSwap, fit: seenRunning(variant, fit) };
}

function fitOne(variant: Variant, blockSwap: number, site: WeightsSite): { tier: Tier; fit: Fit } {
  const needs = memoryNeeds(variant, blockSwap);
  const { videoBytes: video, memoryBytes: memory } = site;
  const pair = (bytes: number) =>
    `video memory about ${memoryWords(bytes)} of ${memoryWords(video)}`;
  const videoPair = pair(needs.videoBytes);
  if (needs.smokeVideoBytes > video * USABLE) {
    return { tier: 'no', fit: no(pair(needs.smokeVideoBytes)) };
  }
  if (memory !== null && needs.memoryBytes > memory) {
    const words = `memory about ${memoryWords(needs.memoryBytes)} of ${memoryWords(memory)}`;
    return { tier: 'no', fit: no(words) };
  }
  if (needs.videoBytes > video * USABLE) {
    return { tier: 'small', fit: warn(`${videoPair}: short and small clips only`) };
  }
  if (needs.videoBytes > video * COMFORTABLE) {
    return { tier: 'video', fit: warn(`${videoPair}: little room for longer clips`) };
  }
  if (memory !== null && needs.comfortableMemoryBytes > memory) {
    const range = `${memoryWords(needs.memoryBytes)} to ${memoryWords(needs.comfortableMemoryBytes)}`;
    const words = `memory about ${range} of ${memoryWords(memory)}: may not be enough`;
    return { tier: 'memory', fit: warn(words) };
  }
  const waiting = blockSwap === 0 ? '' : `, ${blockSwap} of ${BLOCKS} blocks wait in memory`;
  return { tier: 'ok', fit: ok(`${videoPair}${waiting}`) };
}

/** GGUF in this node pack has an open risk (graph page, GGUF row): no promise before a real run. */
function seenRunning(variant: Variant, fit: Fit): Fit {
  if (!variant.startsWith('gguf') || fit.state === 'no') return fit;
  return warn(`${fit.reason}; GGUF weights were not yet seen running`);
}

/**
 * fp16 where it needs no block swap; else fp8, the weights that the authors use; GGUF only where
 * fp8 is impossible, the largest first. null: nothing fits.
 */
export function recommendWeights(site: WeightsSite, chosen?: number): FittedWeights | null {
  const whole = fitWeights('fp16', site, chosen ?? 0);
  if (whole.fit.state === 'ok') return whole;
  const ladder: Variant[] = ['fp8', 'gguf-q8_0', 'gguf-q6_k', 'gguf-q5_k_m', 'gguf-q4_k_m'];
  return (
    ladder
      .map((variant) => fitWeights(variant, site, chosen))
      .find(({ fit }) => fit.state !== 'no') ?? null
  );
}

/** All variants, for a page that shows what fits and why the rest does not. */
export function weightsOptions(site: WeightsSite): FittedWeights[] {
  return variants.map((variant) => fitWeights(variant, site));
}
