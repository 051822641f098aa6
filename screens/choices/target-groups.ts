import type { Machine } from '../../src/machine/types.ts';
import { knownGpu, knownGpuNames } from '../../src/recipe/gpu-facts.ts';
import type { Planned } from '../../src/recipe/types.ts';
import { formatMemory } from '../../src/text/format.ts';
import type { Option, OptionGroup } from '../kit/option-groups.ts';
import { shortGpu } from '../welcome/standing.ts';
import { words } from '../words.ts';
import type { PlanWith } from './variant-groups.ts';

const ways = ['local', 'runpod', 'ssh', 'file'] as const;
/** What people rent and buy for this: shown first. */
const FIRST = ['RTX 4090', 'RTX A6000', 'L40S', 'RTX 5090', 'A100', 'H100'];

/** Where it will run, and on which GPU; A12. */
export function targetGroups(machine: Partial<Machine>, planWith: PlanWith): OptionGroup[] {
  const { target } = words;
  const here = machine.gpu?.state === 'ready' ? machine.gpu.gpus : [];
  const where = ways.map((id): Option => {
    const { label, note } = target.ways[id];
    const no = id === 'local' && here.length === 0;
    return {
      id,
      cells: [label, no ? words.options.no(target.noneHere) : note],
      fit: no ? 'no' : 'ok',
      below: [target.below[id]],
    };
  });
  const names = [...FIRST, ...knownGpuNames().filter((name) => !FIRST.includes(name))];
  const own = here.map(
    ({ index, name, memoryTotalBytes }): Option => ({
      id: `${index}`,
      cells: [
        `${index} ${shortGpu(name)}`,
        memoryTotalBytes === null ? '' : formatMemory(memoryTotalBytes),
        target.here,
        '',
      ],
      fit: 'ok',
      below: [],
    }),
  );
  return [
    {
      id: 'target',
      title: target.way,
      hint: words.options.tab,
      columns: [{ title: '' }, { title: '', grows: true }],
      options: [
        ...where.filter(({ fit }) => fit !== 'no'),
        ...where.filter(({ fit }) => fit === 'no'),
      ],
    },
    {
      id: 'gpu',
      title: target.gpu,
      hint: words.options.tab,
      columns: [
        { title: '' },
        { title: '', align: 'right' },
        { title: '' },
        { title: '', grows: true },
      ],
      options: [...own, ...names.map((name) => elsewhere(name, planWith))],
    },
  ];
}

function elsewhere(name: string, planWith: PlanWith): Option {
  const known = knownGpu(name);
  const planned = planWith({ gpu: name, target: 'file', variant: undefined, attention: undefined });
  const { variant } = planned?.choices ?? {};
  const refusal = planned?.refusal?.details;
  // A disk that is too small here has nothing to do with that GPU.
  const no = refusal !== undefined && refusal.code !== 'disk-too-small';
  return {
    id: name,
    cells: [
      name,
      known ? formatMemory(known.memoryBytes) : '',
      no ? '' : (variant ?? ''),
      no ? words.options.no(refusal.sentence) : (planned?.recommendation?.stack.value.title ?? ''),
    ],
    fit: no ? 'no' : 'ok',
    below: no ? [refusal.sentence] : [],
  };
}

/** The GPU of the plan as an option of the list. */
export function gpuFocus(planned: Planned | null): string {
  const gpu = planned?.gpu;
  if (!gpu) return FIRST[0] ?? '';
  return gpu.here && gpu.index !== null ? `${gpu.index}` : gpu.name;
}
