import type { ResolvedChoices } from '../contract/choices.ts';
import { Failure } from '../contract/failure.ts';
import type { PlanWarning } from '../contract/plan.ts';
import { shellWord } from '../text/shell-word.ts';
import { buildArgs } from './build-args.ts';
import { plannedDisk } from './disk-cost.ts';
import { diskNeed } from './disk-need.ts';
import { type DiskLayout, diskWarnings, layOut, RESERVE_BYTES } from './disk-plan.ts';
import { diskRefusal, smallerChoices } from './disk-refusal.ts';
import { memoryWords } from './fit.ts';
import { buildCommands, fetchCommands, runCommands, saveCommand } from './hand-commands.ts';
import { unseen } from './machine-warnings.ts';
import { memoryNeeds } from './memory-needs.ts';
import type { DecidingChoices } from './needed-by.ts';
import { withPins } from './pins.ts';
import { imageCommands, imageProblem, plannedImage } from './plan-image.ts';
import { planModels } from './plan-models.ts';
import { type Recommendation, recommend } from './recommend.ts';
import { type Stack, stackById } from './stacks.ts';
import { planTotal, steadyDancerSteps } from './steadydancer-steps.ts';
import { type TargetGpu, targetGpu } from './target-gpu.ts';
import type { PlanInput, Planned } from './types.ts';

type Decided = ResolvedChoices & DecidingChoices;

/** The real image: what suits the GPU, what is fetched and built, what it costs, whether it fits. */
export function planSteadyDancer(input: PlanInput, choices: ResolvedChoices): Planned {
  const { machine } = input;
  const chosen = targetGpu(choices, machine);
  const advice = chosen.gpu ? recommend(choices, chosen.gpu, machine) : null;
  const warnings = [...unseen(machine), ...chosen.warnings, ...(advice?.warnings ?? [])];
  const cannot = withImage(chosen.refusal, choices) ?? advice?.refusal;
  if (!chosen.gpu || !advice?.recommendation) {
    return refused(input, choices, warnings, cannot ?? null);
  }
  const pinned = withPins(advice.recommendation.stack.value, input.pins ?? null);
  const recommendation = withRow(advice.recommendation, pinned.row);
  const decided = decide(choices, recommendation);
  const row = pinned.row;
  const args = decided.image === undefined ? buildArgs(decided, recommendation) : {};
  const files = planModels(decided, input.present, decided.mirrors?.hub);
  const image = plannedImage(input, decided, {
    stack: row.id,
    args,
    models: files.models.map(({ id, sha256 }) => ({ id, sha256 })),
  });
  const { digest, ref, ready: built } = image;
  const reserve = decided.diskReserveBytes ?? RESERVE_BYTES;
  const { here } = chosen.gpu;
  const runsHere = decided.target === 'local' && here;
  // Models are fetched by the computer that runs them; into an image they go from here.
  const fetches = (of: ResolvedChoices) => runsHere || of.placement === 'baked';
  const layout = layOutFor(input, decided, row, { built, reserve, fetches });
  const fetchBytes = fetches(decided) ? files.missingBytes : 0;
  const steps = steadyDancerSteps({
    input,
    choices: decided,
    stack: row,
    digest,
    built,
    fetches: fetches(decided),
    runsHere,
    fetchBytes,
    layout,
  });
  const changed = layout.short
    ? smallerChoices(decided).map((change) => {
        const other = { ...decided, ...change.choices } as Decided;
        return { change, layout: layOutFor(input, other, row, { built, reserve, fetches }) };
      })
    : [];
  const cwd = input.cwd ?? machine.host.home;
  const byHand = { choices: decided, profile: input.profile, machine, ref, digest, cwd };
  return {
    plan: {
      v: 1,
      choices: decided,
      stack: row.id,
      image: { ref },
      args,
      ...(pinned.pins.length > 0 ? { pins: pinned.pins } : {}),
      models: files.models,
      downloadBytes: fetchBytes,
      disk: plannedDisk(layout.costs, machine),
      minutes: planTotal(steps, layout.order),
      commands: [
        ...(decided.image === undefined && input.context
          ? buildCommands(byHand, args, input.context)
          : []),
        ...imageCommands(input, decided, ref),
        ...(fetches(decided) ? fetchCommands(byHand, files.models) : []),
        ...(runsHere ? runCommands(byHand) : []),
        ...(decided.target === 'file' ? [saveCommand(byHand)] : []),
      ],
      warnings: [
        ...warnings,
        ...pinned.warnings,
        ...elsewhere(chosen.gpu, decided),
        ...busy(chosen.gpu, input, recommendation),
        ...diskWarnings(layout),
      ],
      planDigest: digest,
    },
    choices: decided,
    needsGpu: runsHere,
    steps,
    refusal: imageProblem(input) ?? diskRefusal(layout, reserve, changed, fetchBytes),
    gpu: chosen.gpu,
    recommendation,
    order: layout.order,
    filesystems: layout.filesystems,
  };
}

/** The same advice on a row whose commits were updated. */
function withRow(advice: Recommendation, row: Stack): Recommendation {
  return { ...advice, stack: { ...advice.stack, value: row } };
}

interface LayOutWith {
  built: boolean;
  reserve: number;
  fetches(choices: ResolvedChoices): boolean;
}

function layOutFor(
  input: PlanInput,
  choices: Decided,
  stack: Stack,
  { built, reserve, fetches }: LayOutWith,
): DiskLayout {
  const files = planModels(choices, input.present, undefined);
  const need = diskNeed(
    {
      choices,
      stack,
      built,
      fetchBytes: fetches(choices) ? files.missingBytes : 0,
      allModelBytes: files.allBytes,
    },
    input.machine,
  );
  return layOut(need, input.machine, reserve);
}

/** The choices with what is recommended in the places that were open. */
function decide(choices: ResolvedChoices, advice: Recommendation): Decided {
  return {
    ...choices,
    stack: advice.stack.value.id,
    variant: advice.variant.value,
    textEncoder: advice.textEncoder.value,
    attention: advice.attention.value,
    blockSwap: advice.blockSwap.value,
    placement: advice.placement.value,
    pose: advice.pose.value,
    smoke: { ...advice.smoke.value },
  };
}

/** A ready image may need no GPU at all: what to set to run it as it is. */
function withImage(refusal: Failure | null, { image }: ResolvedChoices): Failure | null {
  if (!refusal || image === undefined || !refusal.code.startsWith('gpu-')) return refusal;
  const { details } = refusal;
  return new Failure({
    ...details,
    sentence: `${details.sentence} The image ${image} is taken for SteadyDancer's, which needs one.`,
    fixes: [
      {
        label: 'Run it as an image of your own, without models and without a GPU',
        command: `steadydancer run --image ${shellWord(image)} --set recipe=custom`,
      },
      ...(details.fixes ?? []),
    ],
  });
}

/** Built here, for a GPU that is not: there is nothing to start and test on this computer. */
function elsewhere(gpu: TargetGpu, choices: ResolvedChoices): PlanWarning[] {
  if (choices.target !== 'local' || gpu.here) return [];
  const text = `The ${gpu.name} is not in this computer: the image is built here, not started and tested.`;
  return [{ code: 'gpu-elsewhere', text }];
}

/** Video memory that other programs hold now: a matter of this minute, so a warning. */
function busy(gpu: TargetGpu, input: PlanInput, advice: Recommendation): PlanWarning[] {
  const { smokeVideoBytes } = memoryNeeds(advice.variant.value, advice.blockSwap.value);
  if (!gpu.here || gpu.freeBytes === null || gpu.freeBytes >= smokeVideoBytes) return [];
  const seen = input.machine.gpu.state === 'ready' ? input.machine.gpu.gpus : [];
  const holders = seen.find(({ uuid }) => uuid === gpu.uuid)?.processes ?? [];
  const names = holders.map(({ name, pid }) => `${name} (${pid})`).join(', ');
  const text = `The ${gpu.name} has ${memoryWords(gpu.freeBytes)} of ${memoryWords(gpu.memoryBytes)} free now, the test video needs about ${memoryWords(smokeVideoBytes)}${names ? `; it is used by ${names}` : ''}.`;
  return [{ code: 'gpu-busy', text }];
}

/** A plan that cannot run is still a document: what was chosen, and why not. */
function refused(
  input: PlanInput,
  choices: ResolvedChoices,
  warnings: PlanWarning[],
  refusal: Failure | null,
): Planned {
  const stack = choices.stack === undefined ? null : (stackById(choices.stack)?.id ?? null);
  const { digest, ref } = plannedImage(input, choices, { stack, args: {}, models: [] });
  return {
    plan: {
      v: 1,
      choices,
      stack,
      image: { ref },
      args: {},
      models: [],
      downloadBytes: 0,
      disk: [],
      minutes: { low: 0, high: 0 },
      commands: [],
      warnings: refusal ? [...warnings, { code: refusal.code, text: refusal.message }] : warnings,
      planDigest: digest,
    },
    choices,
    needsGpu: true,
    steps: [],
    refusal,
  };
}
