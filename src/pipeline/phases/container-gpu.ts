import type { GpuRequest } from '../../launch/container-spec.ts';
import { gpuRequest } from '../../machine/gpu-request.ts';
import type { Gpu } from '../../machine/types.ts';
import { gpuForContainer, gpuHere } from '../../recipe/gpu-here.ts';
import type { RunContext } from '../context.ts';
import { engineOf } from './engine-of.ts';

/** The GPU of this machine that the container is to have; null where there is none. */
export function chosenGpu({ machine, planned }: RunContext): Gpu | null {
  return gpuHere(planned.choices.gpu, machine);
}

/** How the engine is asked for it. */
export function containerGpu(ctx: RunContext): GpuRequest | null {
  const gpu = gpuForContainer(ctx.planned.choices.gpu, ctx.machine);
  return gpu === null ? null : gpuRequest(engineOf(ctx).facts, gpu);
}
