import type { ResolvedChoices } from '../contract/choices.ts';
import type { Gpu, Machine } from '../machine/types.ts';
import { knownGpu } from './gpu-facts.ts';

type WantedGpu = ResolvedChoices['gpu'];

/** The GPU of this machine that is meant: by index, uuid or name, `auto` the best one; null: none. */
export function gpuHere(wanted: WantedGpu, { gpu }: Pick<Machine, 'gpu'>): Gpu | null {
  if (gpu.state !== 'ready') return null;
  if (wanted === 'auto') return bestOf(gpu.gpus) ?? null;
  if (typeof wanted === 'number') return gpu.gpus.find(({ index }) => index === wanted) ?? null;
  const known = (name: string) => (knownGpu(name)?.name ?? name).toLowerCase();
  const names = ({ uuid, name }: Gpu) => [uuid.toLowerCase(), name.toLowerCase(), known(name)];
  const asked = [wanted.toLowerCase(), known(wanted)];
  return bestOf(gpu.gpus.filter((one) => names(one).some((name) => asked.includes(name)))) ?? null;
}

/**
 * What the engine is asked for: the one that is meant, or all where there is only that one (the
 * same then, and it works with every way of handing GPUs out).
 */
export function gpuForContainer(
  wanted: WantedGpu,
  machine: Pick<Machine, 'gpu'>,
): number | 'all' | null {
  const found = gpuHere(wanted, machine);
  if (!found || machine.gpu.state !== 'ready') return null;
  return wanted === 'auto' && machine.gpu.gpus.length === 1 ? 'all' : found.index;
}

/** Most video memory; of equal ones the one with most of it free; then the lowest index. */
function bestOf(gpus: readonly Gpu[]): Gpu | undefined {
  const usable = (gpu: Gpu) => Number(gpu.computeCapability ?? 0) >= 7;
  return [...gpus].sort(
    (a, b) =>
      Number(usable(b)) - Number(usable(a)) ||
      (b.memoryTotalBytes ?? 0) - (a.memoryTotalBytes ?? 0) ||
      (b.memoryFreeBytes ?? 0) - (a.memoryFreeBytes ?? 0) ||
      a.index - b.index,
  )[0];
}
