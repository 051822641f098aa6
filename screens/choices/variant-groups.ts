import {
  type Choices,
  type TextEncoder,
  textEncoders,
  type Variant,
} from '../../src/contract/choices.ts';
import type { Machine } from '../../src/machine/types.ts';
import { memoryNeeds } from '../../src/recipe/memory-needs.ts';
import { models, neededModels } from '../../src/recipe/models.ts';
import { options as fitting } from '../../src/recipe/options.ts';
import type { Planned } from '../../src/recipe/types.ts';
import { formatBytes, formatMemory } from '../../src/text/format.ts';
import type { Option, OptionGroup } from '../kit/option-groups.ts';
import { words } from '../words.ts';

/** The plan with a change; `undefined` opens a choice again. */
export type PlanWith = (change: Choices) => Planned | null;

/** Weights and text encoder: what each needs, and what the plan says of it. */
export function variantGroups(
  planned: Planned,
  machine: Machine,
  planWith: PlanWith,
): OptionGroup[] {
  const { variant, options } = words;
  const advised = planWith({ variant: undefined, textEncoder: undefined });
  // A plan that cannot run has none; with what is recommended there is one.
  const gpu = planned.gpu ?? advised?.gpu;
  if (!gpu) return [];
  const best = advised?.choices.variant;
  const rows = fitting(planned.choices, gpu, machine).variant.map((fit) => {
    const plan = planWith({ variant: fit.variant, textEncoder: undefined });
    return { ...fit, cannot: whyNot(fit.fit, plan) };
  });
  const someFit = rows.some(({ cannot }) => cannot === null);
  const weights = rows
    .map(({ variant: id, fit, blockSwap, cannot }): Option => {
      const no = fit.state === 'no' || (cannot !== null && someFit);
      // What cannot run is shown whole, as it would be where it could.
      const needs = memoryNeeds(id, fit.state === 'no' ? 0 : blockSwap);
      const isBest = id === best;
      return {
        id,
        cells: [
          id,
          downloadOf(id),
          `~${whole(needs.videoBytes)}`,
          `~${whole(needs.memoryBytes)}`,
          no
            ? options.no(cannot ?? fit.reason)
            : isBest
              ? options.isRecommended
              : fit.state === 'warn'
                ? options.notSeen
                : options.fits,
        ],
        fit: no ? 'no' : fit.state === 'warn' ? 'warn' : 'ok',
        below: [
          capital(no ? (cannot ?? fit.reason) : fit.reason),
          ...(isBest && advised?.recommendation?.variant.change
            ? [options.change(advised.recommendation.variant.change)]
            : []),
        ],
      };
    })
    .sort((a, b) => rank(a, best) - rank(b, best));
  const encoderBest = planWith({ textEncoder: undefined })?.choices.textEncoder;
  const encoders = [...textEncoders]
    .sort((a, b) => Number(b === encoderBest) - Number(a === encoderBest))
    .map((id): Option => encoderOption(id, id === encoderBest));
  const { columns } = variant;
  return [
    {
      id: 'variant',
      title: variant.weights,
      hint: words.options.tab,
      columns: [
        { title: `   ${columns.name}` },
        { title: columns.download, align: 'right' },
        { title: columns.video, align: 'right', goes: 1 },
        { title: columns.memory, align: 'right', goes: 2 },
        { title: gpu.here ? columns.here : columns.there, grows: true },
      ],
      options: weights,
    },
    {
      id: 'textEncoder',
      title: variant.encoder,
      hint: words.options.tab,
      columns: [{ title: '' }, { title: '', align: 'right' }, { title: '', grows: true }],
      options: encoders,
    },
  ];
}

/** Why a row cannot be taken: it does not run, or the disk is too small with it. */
function whyNot(fit: { state: string; reason: string }, plan: Planned | null): string | null {
  if (fit.state === 'no') return fit.reason;
  return plan?.refusal ? plan.refusal.details.sentence : null;
}

function encoderOption(id: TextEncoder, best: boolean): Option {
  const { encoders } = words.variant;
  const bytes = models().find(
    ({ role, neededBy }) => role === 'text-encoder' && neededBy.textEncoder?.includes(id),
  );
  const size = bytes ? formatBytes(bytes.bytes ?? bytes.estimatedBytes) : '';
  const why = encoders[id];
  return {
    id,
    cells: [id, size, best ? words.options.recommended(why) : why],
    fit: 'ok',
    below: [],
  };
}

/** All that these weights want to be fetched, the smaller text encoder included. */
function downloadOf(variant: Variant): string {
  const needed = neededModels({
    variant,
    textEncoder: variant === 'fp16' ? 'bf16' : 'fp8',
    pose: 'onnx',
  });
  const own = models().find(({ neededBy }) => neededBy.variant?.includes(variant));
  const bytes = needed.reduce((sum, model) => sum + (model.bytes ?? model.estimatedBytes), 0);
  const sure = own?.bytes !== null;
  return `${sure ? '' : '~'}${formatBytes(bytes)}`;
}

function whole(bytes: number): string {
  return formatMemory(Math.round(bytes / 2 ** 30) * 2 ** 30);
}

function rank({ id, fit }: Option, best: string | undefined): number {
  if (id === best) return 0;
  return fit === 'no' ? 2 : 1;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Where the figures of the page come from. */
export function variantDetails(): string[] {
  const { details } = words.variant;
  const files = models()
    .filter(({ role }) => role === 'weights' || role === 'text-encoder')
    .flatMap(({ file, bytes, estimatedBytes, source }) => [
      '',
      `${file}: ${formatBytes(bytes ?? estimatedBytes)}, ${bytes === null ? details.estimate : details.known}`,
      `  ${source}`,
    ]);
  return [details.memory, '', details.sizes, ...files];
}
