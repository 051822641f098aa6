import type { ResolvedChoices } from '../contract/choices.ts';
import { Failure } from '../contract/failure.ts';
import type { PlanWarning } from '../contract/plan.ts';
import type { Gpu, Machine, ReadyGpu } from '../machine/types.ts';
import { GIB, type KnownGpu, knownGpu, knownGpuNames } from './gpu-facts.ts';
import { gpuHere } from './gpu-here.ts';

/** The GPU that a plan is made for. */
export interface TargetGpu {
  name: string;
  /** In this machine, and the plan runs here. */
  here: boolean;
  index: number | null;
  uuid: string | null;
  memoryBytes: number;
  freeBytes: number | null;
  computeCapability: string;
  /** null: elsewhere, not known. */
  driver: string | null;
}

export interface ChosenGpu {
  gpu: TargetGpu | null;
  /** Why there is none. */
  refusal: Failure | null;
  warnings: PlanWarning[];
}

const none = (code: string, sentence: string, proof?: string): ChosenGpu => ({
  gpu: null,
  warnings: [],
  refusal: new Failure({ code, sentence, phase: 'prepare', ...(proof ? { proof } : {}) }),
});

/** Which GPU: by index or name of this machine, by name elsewhere, else the best one here. */
export function targetGpu(choices: ResolvedChoices, machine: Machine): ChosenGpu {
  const { gpu: wanted, target } = choices;
  const seen = machine.gpu.state === 'ready' ? machine.gpu : null;
  if (typeof wanted === 'number') {
    const found = gpuHere(wanted, machine);
    if (seen && found) return ofMachine(found, seen, target === 'local');
    const there = seen?.gpus.map(({ index, name }) => `${index} (${name})`).join(', ');
    return none(
      'gpu-index-unknown',
      there
        ? `There is no GPU ${wanted} here; there are: ${there}.`
        : `There is no GPU ${wanted} here: ${missing(machine)}`,
    );
  }
  if (wanted !== 'auto') {
    const found = target === 'local' ? gpuHere(wanted, machine) : null;
    if (seen && found) return ofMachine(found, seen, true);
    const known = knownGpu(wanted);
    if (known) return elsewhere(known, []);
    return none(
      'gpu-name-unknown',
      `The GPU \`${wanted}\` is not known: name one of ${knownGpuNames().join(', ')}.`,
    );
  }
  const best = gpuHere('auto', machine);
  if (target === 'local') {
    if (seen && best) return ofMachine(best, seen, true);
    const { sentence, proof } = machine.gpu.state === 'ready' ? noGpu : machine.gpu;
    return {
      gpu: null,
      warnings: [],
      refusal: new Failure({
        code: `gpu-${machine.gpu.state}`,
        sentence: `${sentence} SteadyDancer can be built here for a GPU elsewhere, or rehearsed.`,
        proof,
        phase: 'prepare',
        fixes: [
          ...(machine.gpu.state === 'ready' ? [] : machine.gpu.fixes),
          {
            label: 'Build here for a GPU that is elsewhere',
            command: 'steadydancer run --set "gpu=RTX 4090" --until image',
          },
          { label: 'Rehearse without a GPU', command: 'steadydancer run --profile rehearsal' },
        ],
      }),
    };
  }
  const known = knownGpu(knownGpuNames()[0] ?? '');
  if (!known) return none('gpu-name-unknown', 'No GPU is known.');
  return elsewhere(known, [
    {
      code: 'gpu-assumed',
      text: `No GPU is named for where it will run; an ${known.name} is assumed (--set gpu=NAME).`,
    },
  ]);
}

const noGpu = { sentence: 'There is no NVIDIA GPU here.', proof: '' };

function missing(machine: Machine): string {
  return machine.gpu.state === 'ready' ? 'the driver lists none.' : machine.gpu.sentence;
}

function elsewhere(known: KnownGpu, warnings: PlanWarning[]): ChosenGpu {
  const gpu = { ...known, here: false, index: null, uuid: null, freeBytes: null, driver: null };
  return { gpu, refusal: null, warnings };
}

function ofMachine(found: Gpu, { driver, gpus }: ReadyGpu, here: boolean): ChosenGpu {
  const warnings: PlanWarning[] = [];
  const memoryBytes = found.memoryTotalBytes ?? knownGpu(found.name)?.memoryBytes;
  if (memoryBytes === undefined) {
    return none(
      'gpu-memory-unknown',
      `The driver does not say how much video memory the ${found.name} has.`,
    );
  }
  if (found.computeCapability === null) {
    return none(
      'gpu-capability-unknown',
      `The compute capability of the ${found.name} is not known.`,
    );
  }
  if (here && new Set(gpus.map(({ name }) => name)).size > 1) {
    warnings.push({
      code: 'gpu-mixed',
      text: `GPU ${found.index}, ${found.name}, is used, of ${gpus.length} different ones (--set gpu=INDEX takes another).`,
    });
  }
  if (here && found.mig) {
    warnings.push({
      code: 'gpu-mig',
      text: `${found.name} is divided (MIG): its ${(memoryBytes / GIB).toFixed(0)} GB count only if the container gets all of it.`,
    });
  }
  const { index, uuid, name, computeCapability } = found;
  const gpu = {
    name,
    here,
    index,
    uuid,
    memoryBytes,
    freeBytes: found.memoryFreeBytes,
    computeCapability,
    driver,
  };
  return { gpu, refusal: null, warnings };
}
