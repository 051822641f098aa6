import type { ResolvedChoices } from '../contract/choices.ts';
import { Failure } from '../contract/failure.ts';
import type { PhaseId } from '../contract/ids.ts';
import type { Machine } from '../machine/types.ts';
import { diskWarnings } from './disk-plan.ts';
import { knownGpu } from './gpu-facts.ts';
import { gpuHere } from './gpu-here.ts';
import { unseen } from './machine-warnings.ts';
import { usual } from './minutes.ts';
import { imageFileBytes, imageProblem, plannedImage } from './plan-image.ts';
import { simpleLayout, simplePlan } from './plan-simple.ts';
import { saveStep, step } from './plan-steps.ts';
import type { PlanInput, Planned, Step } from './types.ts';

const MB = 1e6;
/** Node's binary, its libraries and the stand-in: 132 MB, seen in trials with Node 26 (DESIGN.md). */
const IMAGE_BYTES = 132 * MB;
/** Journal, log and test video of one rehearsal; measured well below. */
const RUN_BYTES = 5 * MB;

/** It is tiny: the reserve of a real build would refuse it needlessly. */
export const REHEARSAL_RESERVE_BYTES = 500 * MB;

/** The rehearsal: the same phases on a tiny image; needs no GPU, no network and no models. */
export function planRehearsal(input: PlanInput, choices: ResolvedChoices): Planned {
  const { context, machine } = input;
  const image = plannedImage(input, choices, { stack: null, args: {}, models: [] });
  // The engine keeps the context as cache beside the image.
  const built = 2 * Math.max(context?.bytes ?? 0, IMAGE_BYTES);
  const imageBytes = image.ready ? imageFileBytes(input) : built;
  const reserve = choices.diskReserveBytes ?? REHEARSAL_RESERVE_BYTES;
  const layout = simpleLayout(input, { image: imageBytes, run: RUN_BYTES }, reserve);
  return simplePlan({
    input,
    choices,
    image,
    steps: rehearsalSteps(image.digest, input, choices, imageBytes, image.ready),
    layout,
    reserve,
    needsGpu: false,
    // How full a disk is in percent is no matter for so little.
    warnings: [
      ...unseen(machine),
      ...diskWarnings(layout).filter(({ code }) => code === 'disk-low'),
    ],
    refusal: imageProblem(input) ?? gpuRefusal(choices, machine),
  });
}

function rehearsalSteps(
  digest: string,
  { history }: PlanInput,
  choices: ResolvedChoices,
  diskBytes: number,
  built: boolean,
): Step[] {
  const quick = (phase: PhaseId, low: number, high: number) => ({
    minutes: usual(phase, history, { low, high }),
  });
  return [
    step('prepare', 'machine, engine, disk, port', digest, [], quick('prepare', 0.1, 0.2)),
    step('validate', 'Dockerfile', digest, ['prepare']),
    step('image', 'image', digest, ['validate'], {
      diskBytes,
      ...(built ? {} : quick('image', 0.1, 0.5)),
    }),
    ...(choices.target === 'file'
      ? [saveStep(digest, history, IMAGE_BYTES)]
      : [
          step(
            'launch',
            'container',
            `${digest}:${choices.port}`,
            ['image'],
            quick('launch', 0.1, 0.2),
          ),
          step('smoke', 'test video', digest, ['launch'], quick('smoke', 0.1, 0.2)),
        ]),
  ];
}

/** The rehearsal needs no GPU, but one that was named has to be here. */
function gpuRefusal({ gpu, target }: ResolvedChoices, machine: Machine): Failure | null {
  if (gpu === 'auto' || gpuHere(gpu, machine)) return null;
  if (target !== 'local' && (typeof gpu === 'number' || knownGpu(gpu))) return null;
  const here = machine.gpu.state === 'ready' ? machine.gpu.gpus : [];
  const names = here.map(({ index, name }) => `${index}: ${name}`).join(', ');
  return new Failure({
    code: 'gpu-index-unknown',
    sentence: `GPU ${gpu} is not in this computer; ${names || 'none'} is.`,
    fixes: [
      { label: 'Rehearse with what is here', command: 'steadydancer run --profile rehearsal' },
    ],
  });
}
