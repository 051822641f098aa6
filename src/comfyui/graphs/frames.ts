/** Wan works in groups of four frames after the first one: 4n+1 frames (graph page, trap 7). */
export const FRAME_RATE = 16;
/** More frames than this are sampled in windows of this many (workflow 03, WanVideoContextOptions). */
export const WINDOW_FRAMES = 81;
/** Wan's pictures are made of 16x16 pixel patches (graph page, trap 6). */
export const PIXEL_STEP = 16;

/** The most frames of the form 4n+1 that are not more than `frames`; at least 1. */
export function wholeFrames(frames: number): number {
  return Math.max(1, Math.floor((frames - 1) / 4) * 4 + 1);
}

/** Pictures that the model computes with: one for the first frame, one for each four after it. */
export function latentFrames(frames: number): number {
  return 1 + Math.floor((frames - 1) / 4);
}

export interface FilmSize {
  width: number;
  height: number;
  frames: number;
}

/** SteadyDancer puts the photo and its pose behind the film (graph page (b): F += 2). */
const REFERENCE_FRAMES = 2;

/** Tokens of one sampling step: what time and memory of a step grow with. */
export function tokens({ width, height, frames }: FilmSize): number {
  const pictures = latentFrames(frames) + REFERENCE_FRAMES;
  return pictures * (width / PIXEL_STEP) * (height / PIXEL_STEP);
}
