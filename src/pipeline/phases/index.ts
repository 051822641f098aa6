import type { Planned } from '../../recipe/types.ts';
import type { Phase } from '../context.ts';
import { dependencies } from './dependencies.ts';
import { image } from './image.ts';
import { launch } from './launch.ts';
import { models } from './models.ts';
import { prepare } from './prepare.ts';
import { smoke } from './smoke.ts';
import { validate } from './validate.ts';

/** The phases of a run on this machine, in order (DESIGN.md, "How data flows"). */
const phases: readonly Phase[] = [prepare, validate, dependencies, models, image, launch, smoke];

/**
 * The phases, each waiting for what the plan says: models come beside the build, or after it where
 * the disk holds only one at a time.
 */
export function phasesOf({ steps }: Pick<Planned, 'steps'>): Phase[] {
  return phases.map((phase) => {
    const planned = steps.find((step) => step.phase === phase.id);
    return { ...phase, after: [...new Set([...phase.after, ...(planned?.after ?? [])])] };
  });
}
