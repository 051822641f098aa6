import { readMp4 } from '../comfyui/media/mp4.ts';
import { NodeError } from './execute.ts';
import type { FileStore } from './files.ts';

/** A clip that is no MP4, or does not say how long it is, without a cap. */
const UNKNOWN_FRAMES = 81;

/**
 * Frames that VHS_LoadVideo would give: at the forced rate, up to the cap, and 4n+1 for `Wan`.
 * Source: videohelpersuite/load_video_nodes.py @4ee72c0; its words for a file that OpenCV cannot open.
 */
export async function countFrames(
  files: FileStore,
  inputs: Record<string, unknown>,
): Promise<number> {
  const name = String(inputs.video);
  const cap = Number(inputs.frame_load_cap) || Number.POSITIVE_INFINITY;
  const there = await framesOf(files, name, Number(inputs.force_rate));
  const taken = Math.min(cap, there ?? Math.min(cap, UNKNOWN_FRAMES));
  if (taken < 1) throw new NodeError('RuntimeError', 'No frames generated');
  return inputs.format === 'Wan' ? Math.floor((taken - 1) / 4) * 4 + 1 : taken;
}

async function framesOf(files: FileStore, name: string, rate: number): Promise<number | null> {
  const path = files.inputPath(name);
  if (!path) throw new NodeError('ValueError', `${name} could not be loaded with cv.`);
  if (!/\.(mp4|mov)$/i.test(name)) return null;
  try {
    const { durationMs, sampleCount } = await readMp4(path);
    if (rate === 0) return sampleCount;
    return durationMs === 0 ? null : Math.round((durationMs / 1000) * rate);
  } catch {
    throw new NodeError('ValueError', `${path} could not be loaded with cv.`);
  }
}
