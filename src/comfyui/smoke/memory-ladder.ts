import type { Choices, TextEncoder, Variant } from '../../contract/choices.ts';
import type { Fix } from '../../contract/diagnosis.ts';
import { add, assumptions, downloadMinutes, type Minutes } from '../../recipe/minutes.ts';
import { neededModels } from '../../recipe/models.ts';
import { formatMinutes } from '../../text/format.ts';

/** Which memory ran full: the card's (an exception), or the machine's (the kernel ends it with 137). */
export type FullMemory = 'video' | 'machine';

export interface LadderChoices {
  variant: Variant;
  textEncoder: TextEncoder;
  blockSwap: number;
  smoke?: Choices['smoke'];
}

interface Rung {
  /** Of a fix that the wizard applies itself (troubleshoot/fixes.ts). */
  applies: string;
  helps: readonly FullMemory[];
  /** What it changes; null where there is nothing left to change. */
  change(choices: LadderChoices): Partial<LadderChoices> | null;
  label(changed: Partial<LadderChoices>): string;
}

/** A 14B model has 40 blocks (facts steadydancer 1). */
const BLOCKS = 40;
/** Each of the next smaller weights is about a fifth smaller; q4_k_m are the smallest. */
const SMALLEST: Variant = 'gguf-q4_k_m';
const FEWEST_FRAMES = 17;

/** From what costs least to what costs most; none of them builds an image again. */
const ladder: readonly Rung[] = [
  {
    applies: 'block-swap-more',
    helps: ['video'],
    change: ({ blockSwap }) =>
      blockSwap >= BLOCKS ? null : { blockSwap: Math.min(BLOCKS, blockSwap + 10) },
    label: ({ blockSwap }) => `Let ${blockSwap} of ${BLOCKS} blocks wait in memory`,
  },
  {
    applies: 'block-swap-less',
    helps: ['machine'],
    change: ({ blockSwap }) => (blockSwap <= 0 ? null : { blockSwap: Math.max(0, blockSwap - 10) }),
    label: ({ blockSwap }) => `Let only ${blockSwap} of ${BLOCKS} blocks wait in memory`,
  },
  {
    applies: 'smoke-smaller',
    helps: ['video', 'machine'],
    change: ({ smoke }) =>
      (smoke?.frames ?? FEWEST_FRAMES) <= FEWEST_FRAMES
        ? null
        : { smoke: { ...smoke, frames: FEWEST_FRAMES } },
    label: () => `Test with ${FEWEST_FRAMES} frames`,
  },
  {
    applies: 'text-encoder-fp8',
    helps: ['video', 'machine'],
    change: ({ textEncoder }) => (textEncoder === 'fp8' ? null : { textEncoder: 'fp8' }),
    label: () => 'Take the fp8 text encoder',
  },
  {
    applies: 'variant-fp8',
    helps: ['video', 'machine'],
    change: ({ variant }) => (variant === 'fp16' ? { variant: 'fp8' } : null),
    label: () => 'Take the fp8 weights',
  },
  {
    applies: 'variant-smaller',
    helps: ['video', 'machine'],
    change: ({ variant }) => (variant === SMALLEST ? null : { variant: SMALLEST }),
    label: ({ variant }) => `Take the ${variant} weights (not yet seen running)`,
  },
];

/** What helps against full memory with these choices, the cheapest first, with what it takes. */
export function memoryFixes(full: FullMemory, choices: LadderChoices): Fix[] {
  return ladder.flatMap(({ applies, helps, change, label }) => {
    const changed = helps.includes(full) ? change(choices) : null;
    if (!changed) return [];
    const minutes = formatMinutes(minutesOf(changed, choices));
    const command = `steadydancer run ${settings(changed)}`;
    return [{ label: `${label(changed)}, about ${minutes}`, command, applies }];
  });
}

/** The container again, the test again, and what has to be fetched if nothing of it is there. */
function minutesOf(changed: Partial<LadderChoices>, choices: LadderChoices): Minutes {
  const files = (some: LadderChoices) => neededModels({ ...some, pose: 'onnx' });
  const before = new Set(files(choices).map(({ id }) => id));
  const fetched = files({ ...choices, ...changed }).filter(({ id }) => !before.has(id));
  const bytes = fetched.reduce((sum, file) => sum + file.estimatedBytes, 0);
  return add(assumptions.launch, assumptions.smoke, downloadMinutes(bytes, null));
}

function settings(changed: Partial<LadderChoices>): string {
  return Object.entries(changed)
    .map(([key, value]) =>
      key === 'smoke'
        ? `--set smoke.frames=${(value as { frames: number }).frames}`
        : `--set ${key}=${value}`,
    )
    .join(' ');
}
