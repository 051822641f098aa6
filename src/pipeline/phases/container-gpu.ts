import type { GpuRequest } from '../../launch/container-spec.ts';
import { gpuRequest } from '../../machine/gpu-request.ts';
import type { Gpu } from '../../machine/types.ts';
import type { RunContext } from '../context.ts';
import { engineOf } from './engine-of.ts';

/** The GPU of this machine that the container is to have; null where there is none. */
export function chosenGpu({ machine, planned }: RunContext): Gpu | null {
  if (machine.gpu.state !== 'ready') return null;
  const { gpus } = machine.gpu;
  const { gpu } = planned.choices;
  if (gpu === 'auto') return gpus[0] ?? null;
  return gpus.find(({ index, name, uuid }) => [index, name, uuid].includes(gpu)) ?? null;
}

/** How the engine is asked for it. `auto` gives the container all GPUs, as `--gpus all` does. */
export function containerGpu(ctx: RunContext): GpuRequest | null {
  const gpu = chosenGpu(ctx);
  if (!gpu) return null;
  const { facts: engine } = engineOf(ctx);
  return gpuRequest(engine, ctx.planned.choices.gpu === 'auto' ? 'all' : gpu.index);
}
