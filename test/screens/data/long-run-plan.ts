import type { Plan } from '../../../src/contract/plan.ts';

/** The plan of the long run: MOCKUPS A4. */
export const longRunPlan: Plan = {
  v: 1,
  choices: { recipe: 'steadydancer', variant: 'fp8', attention: 'flash-attn' },
  stack: 'torch28-cu128',
  image: { ref: 'steadydancer:8c1f03a28c1f' },
  args: {},
  models: [],
  downloadBytes: 28_700_000_000,
  disk: [
    {
      place: 'docker',
      freeBytes: 60_000_000_000,
      peakBytes: 45_700_000_000,
      finalBytes: 45_700_000_000,
    },
  ],
  minutes: { low: 30, high: 40 },
  commands: [],
  warnings: [],
  planDigest: '8c1f03a2'.repeat(8),
};
