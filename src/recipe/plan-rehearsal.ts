import type { ResolvedChoices } from '../contract/choices.ts';
import { Failure } from '../contract/failure.ts';
import type { PhaseId } from '../contract/ids.ts';
import type { Machine } from '../machine/types.ts';
import { plannedDisk } from './disk-cost.ts';
import { diskWarnings, layOut } from './disk-plan.ts';
import { diskRefusal } from './disk-refusal.ts';
import { buildCommand, runCommand } from './hand-commands.ts';
import { unseen } from './machine-warnings.ts';
import { usual } from './minutes.ts';
import { imageRef, planDigest } from './plan-digest.ts';
import { step, sumMinutes } from './plan-steps.ts';
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
  const { context, inventory, machine, profile } = input;
  const args: Record<string, string> = {};
  const digest = planDigest({
    choices,
    stack: null,
    args,
    contextHash: context?.hash ?? null,
    models: [],
  });
  const ref = choices.image ?? imageRef(digest);
  const built = choices.image !== undefined || inventory.images.some(({ plan }) => plan === digest);
  // The engine keeps the context as cache beside the image.
  const imageBytes = built ? 0 : 2 * Math.max(context?.bytes ?? 0, IMAGE_BYTES);
  const reserve = choices.diskReserveBytes ?? REHEARSAL_RESERVE_BYTES;
  const layout = layOut(
    {
      imagePeakBytes: imageBytes,
      droppableBytes: 0,
      modelBytes: 0,
      modelsPlace: 'models',
      reusable: false,
      outputBytes: RUN_BYTES,
      stateBytes: RUN_BYTES,
    },
    machine,
    reserve,
  );
  const steps = rehearsalSteps(digest, input, choices, imageBytes, built);
  return {
    plan: {
      v: 1,
      choices,
      stack: null,
      image: { ref },
      args,
      models: [],
      downloadBytes: 0,
      disk: plannedDisk(layout.costs, machine),
      minutes: sumMinutes(steps),
      commands: [
        ...(choices.image === undefined && context ? [buildCommand(ref, args, context)] : []),
        runCommand(ref, choices, profile, { gpu: false, memoryBytes: null }),
      ],
      // How full a disk is in percent is no matter for so little.
      warnings: [
        ...unseen(machine),
        ...diskWarnings(layout).filter(({ code }) => code === 'disk-low'),
      ],
      planDigest: digest,
    },
    choices,
    needsGpu: false,
    steps,
    refusal: gpuRefusal(choices, machine) ?? diskRefusal(layout, reserve, [], 0),
    order: layout.order,
    filesystems: layout.filesystems,
  };
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
    step('launch', 'container', `${digest}:${choices.port}`, ['image'], quick('launch', 0.1, 0.2)),
    step('smoke', 'test video', digest, ['launch'], quick('smoke', 0.1, 0.2)),
  ];
}

/** The rehearsal needs no GPU, but one that was named has to be here. */
function gpuRefusal({ gpu, target }: ResolvedChoices, { gpu: seen }: Machine): Failure | null {
  if (gpu === 'auto' || target !== 'local') return null;
  const here = seen.state === 'ready' ? seen.gpus : [];
  if (here.some(({ index, name, uuid }) => [index, name, uuid].includes(gpu))) return null;
  const names = here.map(({ index, name }) => `${index}: ${name}`).join(', ');
  return new Failure({
    code: 'gpu-index-unknown',
    sentence: `GPU ${gpu} is not in this computer; ${names || 'none'} is.`,
    fixes: [
      { label: 'Rehearse with what is here', command: 'steadydancer run --profile rehearsal' },
    ],
  });
}
