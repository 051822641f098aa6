import type { Check } from '../types.ts';
import { diskChecks } from './disk.ts';
import { engineChecks } from './engine.ts';
import { gpuChecks } from './gpu.ts';
import { gpuInContainersChecks } from './gpu-in-containers.ts';
import { hostChecks } from './host.ts';
import { leftoverChecks } from './leftovers.ts';
import { memoryChecks } from './memory.ts';
import { networkChecks } from './network.ts';

/** Every check of `doctor`; a new family is one more line here. */
export const allChecks: readonly Check[] = [
  ...gpuChecks,
  ...gpuInContainersChecks,
  ...engineChecks,
  ...diskChecks,
  ...memoryChecks,
  ...hostChecks,
  ...networkChecks,
  ...leftoverChecks,
];
