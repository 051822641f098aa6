import { GIB, knownGpu } from '../recipe/gpu-facts.ts';
import type { CatalogGpu } from './api-answers.ts';
import type { Cloud } from './api-bodies.ts';

/** What a plan asks of a GPU that is rented. */
export interface GpuNeed {
  memoryBytes: number;
  /** CUDA of the torch build; a host with an older driver never starts the container. */
  minCudaVersion: string | null;
  /** Compute capabilities that the image has code for; null: any. */
  capabilities: readonly string[] | null;
  /** The name that was chosen, which is tried first; null: by price alone. */
  named: string | null;
}

export interface Candidate {
  /** Byte for byte as the catalogue has it. */
  id: string;
  name: string;
  memoryGb: number;
  /** USD. */
  pricePerHour: number;
  availability: string;
  /** Where some are free. */
  dataCenters: string[];
}

export interface Choice {
  cloud: Cloud;
  /** Only what is free there. */
  dataCenter: string | null;
  /** USD an hour at most; null: whatever it costs (to look only). */
  pay: number | null;
}

/** The GPUs to try, in order: the one that was named, then the cheapest. */
export function candidates(
  gpus: readonly CatalogGpu[],
  need: GpuNeed,
  { cloud, dataCenter, pay }: Choice,
): Candidate[] {
  const found = gpus.flatMap((gpu) => {
    const offered = cloud === 'SECURE' ? gpu.secure : gpu.community;
    const price = cloud === 'SECURE' ? gpu.price?.secure : gpu.price?.community;
    if (!offered || !price || gpu.manufacturer !== 'NVIDIA' || gpu.availability === 'NONE')
      return [];
    if (gpu.memory * GIB < need.memoryBytes || (pay !== null && price > pay)) return [];
    if (need.capabilities !== null && !fits(gpu.id, need.capabilities)) return [];
    const free = (gpu.dataCenters ?? []).filter(({ availability }) => availability !== 'NONE');
    const dataCenters = free.map(({ id }) => id);
    if (dataCenter !== null && !dataCenters.includes(dataCenter)) return [];
    const { id, name, memory, availability } = gpu;
    return [
      { id, name: name || id, memoryGb: memory, pricePerHour: price, availability, dataCenters },
    ];
  });
  const wanted = need.named === null ? null : knownGpu(need.named)?.name;
  const first = ({ id }: Candidate) => (wanted && knownGpu(id)?.name === wanted ? 0 : 1);
  return found.sort((a, b) => first(a) - first(b) || a.pricePerHour - b.pricePerHour);
}

/** A card that we have no figures for is not tried: an unsupported one dies at its first kernel. */
function fits(id: string, capabilities: readonly string[]): boolean {
  const known = knownGpu(id.replace(/ MIG .*/, ''));
  return known !== null && capabilities.includes(known.computeCapability);
}
