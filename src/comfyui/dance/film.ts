import { UsageError } from '../../contract/failure.ts';
import { type FilmSize, FRAME_RATE, PIXEL_STEP, wholeFrames } from '../graphs/frames.ts';
import type { Clip, Photo } from './sources.ts';

/** The model's own sizes of about 0.4 megapixels (upstream renders 480x832), by the photo's shape. */
const shapes = {
  portrait: { width: 480, height: 832 },
  landscape: { width: 832, height: 480 },
  square: { width: 624, height: 624 },
} as const;
/** A clip that does not say how long it is: the model's own length. */
const UNKNOWN_FRAMES = 81;
const MIN_SIDE = 64;
const MAX_SIDE = 4096;
const MAX_SECONDS = 600;

export interface FilmWish {
  /** `480x832`. */
  size?: string | undefined;
  seconds?: string | undefined;
}

export interface Film extends FilmSize {
  seconds: number;
  notes: string[];
}

/** Size and length of the film. Throws UsageError for a wish that no film can have. */
export function filmOf(photo: Photo, clip: Clip, wish: FilmWish): Film {
  const notes: string[] = [];
  const size = wish.size === undefined ? fittingSize(photo) : parseSize(wish.size);
  const asked = wish.seconds === undefined ? null : parseSeconds(wish.seconds);
  const there = clip.durationMs === null ? null : clip.durationMs / 1000;
  if (asked !== null && there !== null && asked > there + 0.1) {
    notes.push(`The clip has ${there.toFixed(1)} s, not ${asked} s; all of it is danced.`);
  }
  if (asked === null && there === null) {
    const seconds = (UNKNOWN_FRAMES / FRAME_RATE).toFixed(1);
    notes.push(`The clip does not say how long it is: ${seconds} s of it at most are danced.`);
  }
  const seconds = Math.min(asked ?? Number.POSITIVE_INFINITY, there ?? Number.POSITIVE_INFINITY);
  const wanted = Number.isFinite(seconds) ? Math.round(seconds * FRAME_RATE) : UNKNOWN_FRAMES;
  const frames = wholeFrames(Math.max(5, wanted));
  return { ...size, frames, seconds: frames / FRAME_RATE, notes };
}

function fittingSize({ width, height }: Photo) {
  const ratio = width / height;
  if (ratio < 0.8) return shapes.portrait;
  return ratio > 1.25 ? shapes.landscape : shapes.square;
}

/** `480x832`, also with `×`; both sides multiples of 16. */
export function parseSize(text: string): { width: number; height: number } {
  const match = /^(\d{1,5})\s*[x×*]\s*(\d{1,5})$/i.exec(text.trim());
  if (!match) throw new UsageError(`--size takes WIDTHxHEIGHT such as 480x832, not ${text}.`);
  const [width, height] = [Number(match[1]), Number(match[2])];
  const near = (side: number) =>
    Math.min(MAX_SIDE, Math.max(MIN_SIDE, Math.round(side / PIXEL_STEP) * PIXEL_STEP));
  if (near(width) !== width || near(height) !== height) {
    throw new UsageError(
      `${text} cannot be rendered: both sides are multiples of ${PIXEL_STEP} from ${MIN_SIDE} to ${MAX_SIDE}; the nearest is ${near(width)}x${near(height)}.`,
    );
  }
  return { width, height };
}

export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== '' && seconds > 0 && seconds <= MAX_SECONDS) return seconds;
  throw new UsageError(`--seconds takes a number up to ${MAX_SECONDS}, not ${text}.`);
}
