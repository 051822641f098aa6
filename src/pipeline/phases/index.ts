import type { Planned } from '../../recipe/types.ts';
import type { RunRequest } from '../../runner/request.ts';
import type { Phase } from '../context.ts';
import { dependencies } from './dependencies.ts';
import { image } from './image.ts';
import { launch } from './launch.ts';
import { models } from './models.ts';
import { prepare } from './prepare.ts';
import { push } from './push.ts';
import { smoke } from './smoke.ts';
import { validate } from './validate.ts';

/** The phases of a run on this machine, in order (DESIGN.md, "How data flows"). */
const phases: readonly Phase[] = [prepare, validate, dependencies, models, image, launch, smoke];

/**
 * The phases, each waiting for what the plan says: models come beside the build, or after it where
 * the disk holds only one at a time. A push, where one is asked for, comes after the image, or after
 * the test where a tag is to be moved by it.
 */
export function phasesOf(
  { steps }: Pick<Planned, 'steps'>,
  { pushTo, promote }: Pick<RunRequest, 'pushTo' | 'promote'>,
): Phase[] {
  const pushed: Phase = promote === undefined ? push : { ...push, after: ['image', 'smoke'] };
  return (pushTo === undefined ? phases : [...phases, pushed]).map((phase) => {
    const planned = steps.find((step) => step.phase === phase.id);
    return { ...phase, after: [...new Set([...phase.after, ...(planned?.after ?? [])])] };
  });
}
