import type { ResolvedChoices } from '../contract/choices.ts';
import { type PlaceCost, plannedDisk } from './disk-cost.ts';
import { unseen } from './machine-warnings.ts';
import { imageRef, planDigest } from './plan-digest.ts';
import { step, sumMinutes } from './plan-steps.ts';
import type { PlanInput, Planned, Step } from './types.ts';

const MB = 1e6;
/** Node's binary, its libraries and the stand-in: 132 MB, seen in trials with Node 26 (DESIGN.md). */
const IMAGE_BYTES = 132 * MB;
/** Journal, log and test video of one rehearsal; measured well below. */
const RUN_BYTES = 5 * MB;

/** The rehearsal: the same phases on a tiny image; needs no GPU, no network and no models. */
export function planRehearsal(input: PlanInput, choices: ResolvedChoices): Planned {
  const args: Record<string, string> = {};
  const digest = planDigest({
    choices,
    stack: null,
    args,
    contextHash: input.context?.hash ?? null,
    models: [],
  });
  const ref = imageRef(digest);
  const imageBytes = Math.max(input.context?.bytes ?? 0, IMAGE_BYTES);
  // The engine keeps the context as cache beside the image.
  const costs: PlaceCost[] = [
    { place: 'docker', peakBytes: 2 * imageBytes, finalBytes: 2 * imageBytes },
    { place: 'state', peakBytes: RUN_BYTES, finalBytes: RUN_BYTES },
  ];
  const steps = rehearsalSteps(digest, choices, 2 * imageBytes);
  return {
    plan: {
      v: 1,
      choices,
      stack: null,
      image: { ref },
      args,
      models: [],
      downloadBytes: 0,
      disk: plannedDisk(costs, input.machine),
      minutes: sumMinutes(steps),
      commands: ['steadydancer run --profile rehearsal'],
      warnings: unseen(input.machine),
      planDigest: digest,
    },
    choices,
    needsGpu: false,
    steps,
    refusal: null,
  };
}

function rehearsalSteps(digest: string, choices: ResolvedChoices, diskBytes: number): Step[] {
  const quick = { minutes: { low: 0.1, high: 0.3 } };
  return [
    step('prepare', 'machine, engine, disk, port', digest, [], quick),
    step('validate', 'Dockerfile', digest, ['prepare']),
    step('image', 'image', digest, ['validate'], { diskBytes, minutes: { low: 0.1, high: 0.5 } }),
    step('launch', 'container', `${digest}:${choices.port}`, ['image'], quick),
    step('smoke', 'test video', digest, ['launch'], quick),
  ];
}
