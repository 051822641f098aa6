import { Failure, UsageError } from '../../src/contract/failure.ts';
import type { Machine } from '../../src/machine/types.ts';
import { type Difference, differences } from '../../src/recipe/differences.ts';
import type { Planned } from '../../src/recipe/types.ts';
import type { ProfileRow } from '../profiles-world.ts';
import { words } from '../words.ts';

/** Whether a profile suits this machine: said, and nothing of it is changed. */
export type Fit =
  /** The machine is still being looked at. */
  | { kind: 'looking' }
  /** Of another recipe than the one that was looked at: its review says it. */
  | { kind: 'unknown' }
  | { kind: 'no-gpu-needed' }
  | { kind: 'fits' }
  | { kind: 'differs'; differences: readonly Difference[] }
  | { kind: 'elsewhere'; gpu: string }
  | { kind: 'cannot'; why: string };

export interface FitFacts {
  complete: boolean;
  machine: Partial<Machine>;
  /** Plans a profile over what was seen; null where it is of another recipe. */
  plan: (row: ProfileRow) => Planned | null;
}

export function fitOf(row: ProfileRow, { complete, machine, plan }: FitFacts): Fit {
  if (row.choices.recipe === 'rehearsal') return { kind: 'no-gpu-needed' };
  if (!complete) return { kind: 'looking' };
  let planned: Planned | null;
  try {
    planned = plan(row);
  } catch (error) {
    if (error instanceof Failure || error instanceof UsageError) {
      return { kind: 'cannot', why: error.message };
    }
    throw error;
  }
  if (!planned) return { kind: 'unknown' };
  if (planned.refusal) return { kind: 'cannot', why: planned.refusal.message };
  const { gpu } = planned;
  if (!gpu) return { kind: 'fits' };
  if (!gpu.here) return { kind: 'elsewhere', gpu: gpu.name };
  const found = differences(planned.choices, gpu, machine as Machine);
  return found.length === 0 ? { kind: 'fits' } : { kind: 'differs', differences: found };
}

/** In a few words, for a row of the list. */
export function fitText(fit: Fit): string {
  const { profiles } = words;
  switch (fit.kind) {
    case 'looking':
      return profiles.looking;
    case 'unknown':
      return profiles.unknown;
    case 'no-gpu-needed':
      return profiles.needsNoGpu;
    case 'fits':
      return profiles.fits;
    case 'differs':
      return profiles.differs(fit.differences.length);
    case 'elsewhere':
      return profiles.elsewhere(fit.gpu);
    case 'cannot':
      return profiles.cannot;
    default:
      return fit satisfies never;
  }
}

/** In sentences, for the one that is looked at. */
export function fitSentences(fit: Fit): string[] {
  const { profiles } = words;
  switch (fit.kind) {
    case 'differs':
      return [
        ...fit.differences.map(({ key, chosen, recommended, reason }) =>
          profiles.difference(key, chosen, recommended, reason),
        ),
        profiles.asItIs,
      ];
    case 'elsewhere':
      return [profiles.elsewhereHere(fit.gpu)];
    case 'cannot':
      return [fit.why, profiles.asItIs];
    case 'looking':
    case 'unknown':
    case 'no-gpu-needed':
    case 'fits':
      return [fitText(fit)];
    default:
      return fit satisfies never;
  }
}
