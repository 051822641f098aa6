import { setTimeout as delay } from 'node:timers/promises';
import { countFrames } from './count-frames.ts';
import { drawDancer, filled } from './dancer.ts';
import { type NodeCall, NodeError, type NodeResult } from './execute.ts';
import type { FileStore } from './files.ts';
import { CLIP_LOADER, DANCER } from './node-classes.ts';
import { encodePng, type Frame } from './png.ts';
import type { Fault } from './settings.ts';

/** Long enough that progress can be seen, short enough that 17 frames take a second. */
const FRAME_PAUSE_MS = 30;

/** What the classes of the rehearsal do. Classes without models behind them only pass on. */
export function nodeRunner(files: FileStore, fault: Fault) {
  return async (call: NodeCall): Promise<NodeResult> => {
    const { classType, inputs } = call;
    const size = { width: Number(inputs.width), height: Number(inputs.height) };
    switch (classType) {
      case 'EmptyImage': {
        const colour = Number(inputs.color);
        const frame = filled(size, [colour >> 16, (colour >> 8) & 255, colour & 255]);
        return { outputs: [Array.from({ length: Number(inputs.batch_size) }, () => frame)] };
      }
      case DANCER:
        return { outputs: [await dance(call, size, fault)] };
      case 'LoadImage':
        return { outputs: [[], null] };
      case CLIP_LOADER:
        return { outputs: [[], await countFrames(files, inputs), null, {}] };
      case 'SaveImage':
      case 'PreviewImage':
        return saveEach(files, call);
      case 'SaveAnimatedPNG': {
        const png = encodePng(inputs.images as Frame[], Number(inputs.fps));
        const saved = await files.save(String(inputs.filename_prefix), 'output', png);
        return { outputs: [], ui: { images: [saved], animated: [true] } };
      }
      default:
        throw new NodeError('NotImplementedError', `${classType} is not played in the rehearsal`);
    }
  };
}

async function dance(
  { inputs, progress, signal }: NodeCall,
  size: { width: number; height: number },
  fault: Fault,
): Promise<Frame[]> {
  const total = Number(inputs.frames);
  const frames: Frame[] = [];
  for (let frame = 0; frame < total; frame += 1) {
    if (frame === 2) await misbehave(fault, signal);
    const at = {
      frame: fault === 'still-video' ? 0 : frame,
      frames: total,
      seed: Number(inputs.seed),
    };
    frames.push(fault === 'black-video' ? filled(size, [0, 0, 0]) : drawDancer(size, at));
    const isPreview = frame % 4 === 0;
    progress(frame + 1, total, isPreview ? encodePng(frames.slice(-1), 1) : undefined);
    await delay(FRAME_PAUSE_MS, undefined, { signal });
  }
  return frames;
}

async function misbehave(fault: Fault, signal: AbortSignal): Promise<void> {
  // The kernel ignores a SIGKILL that PID 1 sends to itself; 137 is what a killed container shows.
  if (fault === 'exit-in-render') process.exit(137);
  if (fault === 'hang-in-render') await delay(2 ** 31 - 1, undefined, { signal });
  if (fault === 'execution-error') {
    throw new NodeError('RuntimeError', 'The rehearsal was told to break here');
  }
  if (fault === 'out-of-memory') {
    throw new NodeError(
      'torch.OutOfMemoryError',
      'CUDA out of memory. Tried to allocate 2.00 GiB (told to by the rehearsal)',
    );
  }
}

async function saveEach(files: FileStore, { classType, inputs }: NodeCall): Promise<NodeResult> {
  const images: unknown[] = [];
  const isPreview = classType === 'PreviewImage';
  const prefix = isPreview ? 'ComfyUI_temp_rehearsal' : String(inputs.filename_prefix);
  for (const frame of inputs.images as Frame[]) {
    images.push(await files.save(prefix, isPreview ? 'temp' : 'output', encodePng([frame], 1)));
  }
  return { outputs: [], ui: { images } };
}
