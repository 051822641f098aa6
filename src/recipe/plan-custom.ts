import type { ResolvedChoices } from '../contract/choices.ts';
import { exitCodes } from '../contract/exit-codes.ts';
import { Failure } from '../contract/failure.ts';
import { plannedDisk } from './disk-cost.ts';
import { diskWarnings, layOut, RESERVE_BYTES } from './disk-plan.ts';
import { diskRefusal } from './disk-refusal.ts';
import { buildCommand, runCommand } from './hand-commands.ts';
import { unseen } from './machine-warnings.ts';
import { assumptions, usual } from './minutes.ts';
import { imageRef, planDigest } from './plan-digest.ts';
import { step, sumMinutes } from './plan-steps.ts';
import { targetGpu } from './target-gpu.ts';
import type { PlanInput, Planned } from './types.ts';

/** What a person's own image writes is not known before it is built; its context is. */
const RUN_BYTES = 0.2e9;

/** A person's own Dockerfile or ready image: built or pulled, launched, tested as far as applies. */
export function planCustom(input: PlanInput, choices: ResolvedChoices): Planned {
  const { machine } = input;
  const builds = choices.image === undefined;
  const digest = planDigest({
    choices,
    stack: null,
    args: {},
    contextHash: input.context?.hash ?? null,
    models: [],
  });
  const ref = choices.image ?? imageRef(digest);
  const reserve = choices.diskReserveBytes ?? RESERVE_BYTES;
  const layout = layOut(
    {
      imagePeakBytes: builds ? (input.context?.bytes ?? 0) : 0,
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
  // With a GPU it is given to the container; without one their image may well do without.
  const chosen = targetGpu(choices, machine);
  const asked = choices.gpu !== 'auto';
  const quick = { minutes: { low: 0.1, high: 0.5 } };
  const steps = [
    step('prepare', 'machine, engine, disk, port', digest, [], quick),
    ...(builds
      ? [
          step('validate', 'Dockerfile', digest, ['prepare']),
          step('image', 'image', digest, ['validate'], {
            minutes: usual('image', input.history, { low: 1, high: 45 }),
          }),
        ]
      : [
          step('image', `image ${ref}`, ref, ['prepare'], {
            minutes: usual('image', input.history, { low: 0, high: 20 }),
          }),
        ]),
    step('launch', 'container', `${digest}:${choices.port}`, ['image'], {
      minutes: usual('launch', input.history, assumptions.launch),
    }),
    step('smoke', 'levels that apply', digest, ['launch'], {
      minutes: usual('smoke', input.history, assumptions.smoke),
    }),
  ];
  const without =
    builds && !input.context
      ? new Failure({
          code: 'recipe-incomplete',
          sentence:
            'The recipe `custom` needs a Dockerfile (--set dockerfile=FILE) or an image (--set image=NAME).',
          phase: 'prepare',
          exitCode: exitCodes.prepare,
        })
      : null;
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
        builds ? buildCommand(ref, {}, input.context) : `docker pull ${ref}`,
        runCommand(ref, choices, input.profile, {
          gpu: chosen.gpu?.here === true,
          memoryBytes: choices.memoryLimitBytes ?? null,
        }),
      ],
      warnings: [
        ...unseen(machine),
        ...chosen.warnings,
        {
          code: 'size-unknown',
          text: builds
            ? 'How large your image gets is not known before it is built.'
            : `How large ${ref} is is not known before it is pulled.`,
        },
        ...diskWarnings(layout),
      ],
      planDigest: digest,
    },
    choices,
    needsGpu: chosen.gpu?.here === true,
    steps,
    refusal: without ?? (asked ? chosen.refusal : null) ?? diskRefusal(layout, reserve, [], 0),
    ...(chosen.gpu ? { gpu: chosen.gpu } : {}),
    order: layout.order,
    filesystems: layout.filesystems,
  };
}
