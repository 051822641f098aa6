import type { ResolvedChoices } from '../contract/choices.ts';
import { exitCodes } from '../contract/exit-codes.ts';
import { Failure } from '../contract/failure.ts';
import type { PlanWarning } from '../contract/plan.ts';
import { diskWarnings, RESERVE_BYTES } from './disk-plan.ts';
import { unseen } from './machine-warnings.ts';
import { assumptions, usual } from './minutes.ts';
import { imageFileBytes, imageProblem, type PlannedImage, plannedImage } from './plan-image.ts';
import { simpleLayout, simplePlan } from './plan-simple.ts';
import { saveStep, step } from './plan-steps.ts';
import { targetGpu } from './target-gpu.ts';
import type { PlanInput, Planned, Step } from './types.ts';

/** What a person's own image writes is not known before it is built; its context is. */
const RUN_BYTES = 0.2e9;

/** A person's own Dockerfile or ready image: built, pulled or loaded, launched, tested as applies. */
export function planCustom(input: PlanInput, choices: ResolvedChoices): Planned {
  const { machine } = input;
  const image = plannedImage(input, choices, { stack: null, args: {}, models: [] });
  const reserve = choices.diskReserveBytes ?? RESERVE_BYTES;
  const builds = choices.image === undefined;
  const bytes = builds ? (input.context?.bytes ?? 0) : imageFileBytes(input);
  const layout = simpleLayout(input, { image: bytes, run: RUN_BYTES }, reserve);
  // With a GPU it is given to the container; without one their image may well do without.
  const chosen = targetGpu(choices, machine);
  const asked = choices.gpu !== 'auto';
  return {
    ...simplePlan({
      input,
      choices,
      image,
      steps: customSteps(input, choices, image),
      layout,
      reserve,
      needsGpu: chosen.gpu?.here === true,
      warnings: [
        ...unseen(machine),
        ...chosen.warnings,
        ...sizeUnknown(input, choices, image),
        ...diskWarnings(layout),
      ],
      refusal: imageProblem(input) ?? incomplete(input, choices) ?? (asked ? chosen.refusal : null),
    }),
    ...(chosen.gpu ? { gpu: chosen.gpu } : {}),
  };
}

/** A ComfyUI with torch; what a person's own image has is known only when it is built. */
const LIKELY_IMAGE_BYTES = 15e9;

function customSteps(
  input: PlanInput,
  { image, port, target }: ResolvedChoices,
  { digest, ref }: PlannedImage,
): Step[] {
  const { history } = input;
  const prepare = step('prepare', 'machine, engine, disk, port', digest, [], {
    minutes: { low: 0.1, high: 0.5 },
  });
  const made =
    image === undefined
      ? [
          step('validate', 'Dockerfile, workflow', digest, ['prepare']),
          step('image', 'image', digest, ['validate'], {
            minutes: usual('image', history, { low: 1, high: 45 }),
          }),
        ]
      : [
          step('validate', 'workflow', digest, ['prepare']),
          step('image', `image ${image}`, ref, ['validate'], {
            minutes: usual('image', history, { low: 0, high: 20 }),
          }),
        ];
  return [
    prepare,
    ...made,
    ...(target === 'file'
      ? [saveStep(digest, history, LIKELY_IMAGE_BYTES)]
      : [
          step('launch', 'container', `${digest}:${port}`, ['image'], {
            minutes: usual('launch', history, assumptions.launch),
          }),
          step('smoke', 'levels that apply', digest, ['launch'], {
            minutes: usual('smoke', history, assumptions.smoke),
          }),
        ]),
  ];
}

function incomplete({ context }: PlanInput, { image }: ResolvedChoices): Failure | null {
  if (image !== undefined || context) return null;
  return new Failure({
    code: 'recipe-incomplete',
    sentence:
      'The recipe `custom` needs a Dockerfile (--set dockerfile=FILE) or an image (--set image=NAME).',
    phase: 'prepare',
    exitCode: exitCodes.prepare,
  });
}

function sizeUnknown(
  { image: source }: PlanInput,
  { image }: ResolvedChoices,
  { ref }: PlannedImage,
): PlanWarning[] {
  if (source?.kind === 'file' || (source?.kind === 'named' && source.present)) return [];
  const text =
    image === undefined
      ? 'How large your image gets is not known before it is built.'
      : `How large ${ref} is is not known before it is pulled.`;
  return [{ code: 'size-unknown', text }];
}
