import { UsageError } from '../../contract/failure.ts';
import type { Planned } from '../../recipe/types.ts';
import type { RunRequest } from '../../runner/request.ts';
import type { Phase } from '../context.ts';
import { dependencies } from './dependencies.ts';
import { deploy } from './deploy.ts';
import { image } from './image.ts';
import { launch } from './launch.ts';
import { models } from './models.ts';
import { prepare } from './prepare.ts';
import { push } from './push.ts';
import { saveFile } from './save-file.ts';
import { smoke } from './smoke.ts';
import { validate } from './validate.ts';

/** The phases of a run on this machine, in order (DESIGN.md, "How data flows"). */
const phases: readonly Phase[] = [prepare, validate, dependencies, models, image, launch, smoke];

type PlannedPhases = Pick<Planned, 'steps'> & { choices: Pick<Planned['choices'], 'target'> };

/** For another computer: models are fetched there, unless they are to be in the image. */
function withoutStart(steps: Planned['steps'], last: Phase[]): Phase[] {
  const fetches = steps.some(({ phase }) => phase === 'models');
  const before = fetches ? [models] : [];
  return [prepare, validate, dependencies, ...before, image, ...last];
}

/** A tag is moved by a test, and a test needs a start. */
function refuseStart(
  target: Planned['choices']['target'],
  until: RunRequest['until'],
  promote: RunRequest['promote'],
): void {
  if (until !== 'launch' && until !== 'smoke' && promote === undefined) return;
  const option = promote === undefined ? `--until ${until}` : '--promote';
  throw new UsageError(
    `With target=${target} nothing is started here: ${option} has no place in it.`,
  );
}

/**
 * The phases, each waiting for what the plan says: models come beside the build, or after it where
 * the disk holds only one at a time. A push, where one is asked for, comes after the image, or after
 * the test where a tag is to be moved by it.
 */
export function phasesOf(
  { steps, choices: { target } }: PlannedPhases,
  { pushTo, promote, until, pay }: Pick<RunRequest, 'pushTo' | 'promote' | 'until' | 'pay'>,
): Phase[] {
  const elsewhere = target === 'file' || target === 'runpod';
  if (elsewhere) refuseStart(target, until, promote);
  const pushed: Phase = promote === undefined ? push : { ...push, after: ['image', 'smoke'] };
  const rented = target === 'runpod' && pay !== undefined ? [deploy] : [];
  const here = elsewhere ? withoutStart(steps, target === 'file' ? [saveFile] : []) : phases;
  const all = pushTo === undefined ? here : [...here, pushed, ...rented];
  if (until === 'deploy' && !all.some(({ id }) => id === until)) {
    throw new UsageError(
      '--until deploy needs target=file, or target=runpod with --push-to and --pay.',
    );
  }
  return all.map((phase) => {
    const planned = steps.find((step) => step.phase === phase.id);
    return { ...phase, after: [...new Set([...phase.after, ...(planned?.after ?? [])])] };
  });
}
