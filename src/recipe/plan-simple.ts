import type { ResolvedChoices } from '../contract/choices.ts';
import type { Failure } from '../contract/failure.ts';
import type { PlanWarning } from '../contract/plan.ts';
import { plannedDisk } from './disk-cost.ts';
import { type DiskLayout, layOut } from './disk-plan.ts';
import { diskRefusal } from './disk-refusal.ts';
import { buildCommands, runCommands } from './hand-commands.ts';
import { imageCommands, type PlannedImage } from './plan-image.ts';
import { sumMinutes } from './plan-steps.ts';
import type { PlanInput, Planned, Step } from './types.ts';

/** A plan of a recipe without a stack and without models of ours. */
export interface SimplePlan {
  input: PlanInput;
  choices: ResolvedChoices;
  image: PlannedImage;
  steps: Step[];
  layout: DiskLayout;
  reserve: number;
  needsGpu: boolean;
  warnings: PlanWarning[];
  /** Why it cannot run, beside the disk. */
  refusal: Failure | null;
}

/** The document and what goes with it. */
export function simplePlan(parts: SimplePlan): Planned {
  const { input, choices, image, steps, layout, reserve } = parts;
  const { machine, profile, context } = input;
  const { ref, digest } = image;
  const cwd = input.cwd ?? machine.host.home;
  const byHand = { choices, profile, machine, ref, digest, cwd };
  return {
    plan: {
      v: 1,
      choices,
      stack: null,
      image: { ref },
      args: {},
      models: [],
      downloadBytes: 0,
      disk: plannedDisk(layout.costs, machine),
      minutes: sumMinutes(steps),
      commands: [
        ...(choices.image === undefined && context ? buildCommands(byHand, {}, context) : []),
        ...imageCommands(input, choices, ref),
        ...runCommands(byHand),
      ],
      warnings: parts.warnings,
      planDigest: digest,
    },
    choices,
    needsGpu: parts.needsGpu,
    steps,
    refusal: parts.refusal ?? diskRefusal(layout, reserve, [], 0),
    order: layout.order,
    filesystems: layout.filesystems,
  };
}

/** What an image and one run write, side by side. Bytes. */
export function simpleLayout(
  input: PlanInput,
  bytes: { image: number; run: number },
  reserve: number,
): DiskLayout {
  const need = {
    imagePeakBytes: bytes.image,
    droppableBytes: 0,
    modelBytes: 0,
    modelsPlace: 'models' as const,
    reusable: false,
    outputBytes: bytes.run,
    stateBytes: bytes.run,
  };
  return layOut(need, input.machine, reserve);
}
