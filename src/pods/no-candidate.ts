import { Failure } from '../contract/failure.ts';
import { GIB } from '../recipe/gpu-facts.ts';
import type { GpuNeed } from './candidates.ts';

/** Nothing that fits is free for the agreed price: said before anything is asked for. */
export function noCandidate({ memoryBytes, minCudaVersion }: GpuNeed, pay: number): Failure {
  const memory = Math.ceil(memoryBytes / GIB);
  const cuda = minCudaVersion ? ` and CUDA ${minCudaVersion}` : '';
  return new Failure({
    code: 'runpod-no-candidate',
    sentence: `Runpod offers no GPU with ${memory} GB${cuda} for ${pay} $/h at most that is free now. Nothing was started.`,
    phase: 'deploy',
    fixes: [
      { label: 'Look at all prices', command: 'steadydancer deploy' },
      { label: 'Allow more an hour (--pay), another --cloud or --data-center' },
    ],
  });
}
