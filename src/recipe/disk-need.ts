import type { ResolvedChoices } from '../contract/choices.ts';
import type { Machine } from '../machine/types.ts';
import type { DiskNeed } from './disk-plan.ts';
import type { Stack } from './stacks.ts';

/** mmcv, mmdet, mmpose and the compilers that build them: estimate of mock-up A7, never measured. */
const OPENMMLAB_BYTES = 6.3e9;
/** A test video and its first frame are below a megabyte; room for a few clips. */
const OUTPUT_BYTES = 0.1e9;
/** Journal, build log and the ballast that is given back when the disk is full (64 MB). */
const STATE_BYTES = 0.2e9;

export interface DiskDeciding {
  choices: ResolvedChoices;
  stack: Stack;
  /** Bytes of models that this run fetches, and of all models that a baked image gets. */
  fetchBytes: number;
  allModelBytes: number;
  /** The image is there already. */
  built: boolean;
}

/** What a run of the real recipe writes, in bytes; sizes of the stack are estimates (stacks.json). */
export function diskNeed(deciding: DiskDeciding, machine: Machine): DiskNeed {
  const { choices, stack, built } = deciding;
  const { engine, host } = machine;
  const containerd = engine.state === 'ready' && engine.imageStore === 'containerd';
  const desktop = engine.state === 'ready' && engine.desktop;
  const baked = choices.placement === 'baked' ? deciding.allModelBytes : 0;
  const unpacked = stack.costs.imageBytes + (choices.pose === 'openmmlab' ? OPENMMLAB_BYTES : 0);
  // Weights do not compress: a baked image has them in its layer and in the compressed copy, and
  // once more while the layer is made (facts steadydancer.md §2: about twice).
  const compressed = containerd ? stack.costs.compressedBytes + baked : 0;
  const image = unpacked + baked + compressed;
  const droppable = stack.costs.cacheBytes + stack.costs.baseBytes + baked;
  const volume = choices.placement === 'volume' && choices.target === 'local';
  return {
    imagePeakBytes: built ? 0 : image + droppable,
    droppableBytes: built ? 0 : droppable,
    modelBytes: deciding.fetchBytes,
    modelsPlace: volume ? 'docker' : 'models',
    // A virtual disk (Desktop, WSL) grows and does not shrink: only what is in it can reuse its space.
    reusable: baked === 0 && (volume || !(desktop || host.wslDistro !== null)),
    outputBytes: OUTPUT_BYTES + (choices.target === 'file' ? unpacked + baked : 0),
    stateBytes: STATE_BYTES,
  };
}
