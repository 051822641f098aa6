import type { Machine } from '../machine/types.ts';
import type { StackSite } from './fit-stack.ts';
import type { WeightsSite } from './fit-weights.ts';
import type { TargetGpu } from './target-gpu.ts';

/** What decides: GPU and driver, architecture of the image, memory of whoever runs it. */
export function siteOf(gpu: TargetGpu, machine: Machine): StackSite & WeightsSite {
  const { engine, host } = machine;
  const here = engine.state === 'ready' ? engine.arch : host.arch === 'arm64' ? 'arm64' : 'amd64';
  const memory =
    engine.state === 'ready' && engine.memoryBytes > 0 ? engine.memoryBytes : host.memoryBytes;
  return {
    gpuName: gpu.name,
    computeCapability: gpu.computeCapability,
    driver: gpu.driver,
    windowsDriver: gpu.here && host.wslDistro !== null,
    // Elsewhere means a server with an ordinary processor, whatever this computer has.
    architecture: gpu.here ? here : 'amd64',
    videoBytes: gpu.memoryBytes,
    memoryBytes: gpu.here ? memory : null,
  };
}
