import type { Variant } from '../../contract/choices.ts';
import { BLOCKS, memoryNeeds } from '../../recipe/memory-needs.ts';
import { formatMemory, formatMemoryTotal } from '../../text/format.ts';
import { type FilmSize, tokens, WINDOW_FRAMES } from '../graphs/frames.ts';

export interface MemoryEstimate {
  videoBytes: number;
  memoryBytes: number;
}

/** What the estimates of memory-needs.ts are made for. */
const REFERENCE: FilmSize = { width: 480, height: 832, frames: WINDOW_FRAMES };
/** ComfyUI keeps pictures as 32-bit floats, three a pixel (its IMAGE type). */
const PIXEL_BYTES = 12;
/** Clip, poses, decoded film and the copy that is written: all whole in memory, as nodes hand them on. */
const FILM_COPIES = 4;
/** Of all video memory: the rest is the driver's and the desktop's. */
const USABLE = 0.95;

/**
 * What a film needs. Weights and work by memory-needs.ts; the work grows with the tokens of a window
 * (a longer film is sampled window by window), memory with all pictures. An estimate: nothing of it
 * was measured.
 */
export function danceMemory(variant: Variant, blockSwap: number, film: FilmSize): MemoryEstimate {
  const needs = memoryNeeds(variant, blockSwap);
  // memoryNeeds is linear in its work: the difference of its two films is the work of one minus the other.
  const smoke = tokens({ width: 256, height: 448, frames: 17 });
  const reference = tokens(REFERENCE);
  const perToken = (needs.videoBytes - needs.smokeVideoBytes) / (reference - smoke);
  const window = tokens({ ...film, frames: Math.min(film.frames, WINDOW_FRAMES) });
  const pictures = film.width * film.height * PIXEL_BYTES * film.frames * FILM_COPIES;
  return {
    videoBytes: needs.videoBytes + perToken * (window - reference),
    memoryBytes: needs.memoryBytes + pictures,
  };
}

/** Why a film is too much for this memory, with the figures it rests on; null when it fits. */
export function tooMuch(
  { variant, blockSwap }: { variant: Variant; blockSwap: number },
  film: FilmSize,
  memory: { videoBytes: number | null; memoryBytes: number | null },
): { sentence: string; advice: string } | null {
  const needs = danceMemory(variant, blockSwap, film);
  const described = `${film.frames} frames of ${film.width}x${film.height}`;
  const { videoBytes: video, memoryBytes: main } = memory;
  if (video !== null && needs.videoBytes > video * USABLE) {
    const swapped = `${blockSwap} of ${BLOCKS} blocks in memory`;
    return {
      sentence: `${described} need about ${formatMemory(needs.videoBytes)} of video memory (estimate: ${variant} weights, ${swapped}); the server has ${formatMemoryTotal(video)}.`,
      advice: 'Take a smaller --size, or start the container with more block swap.',
    };
  }
  if (main !== null && needs.memoryBytes > main) {
    const most = mostFrames(variant, blockSwap, film, main);
    return {
      sentence: `${described} need about ${formatMemory(needs.memoryBytes)} of memory (estimate: ${FILM_COPIES} copies of the pictures, the weights that wait); the server has ${formatMemoryTotal(main)}.`,
      advice:
        most >= 17
          ? `About ${(most / 16).toFixed(0)} s fit: --seconds ${Math.floor(most / 16)}.`
          : 'Take a smaller --size or smaller weights.',
    };
  }
  return null;
}

function mostFrames(variant: Variant, blockSwap: number, film: FilmSize, bytes: number): number {
  const base = danceMemory(variant, blockSwap, { ...film, frames: 0 }).memoryBytes;
  return Math.floor((bytes - base) / (film.width * film.height * PIXEL_BYTES * FILM_COPIES));
}
