import type { Media } from '../media/inspect.ts';
import { type FileExpectation, type LevelVerdict, ok, smokeFailure, warn } from './context.ts';

/** Less than this share of the pixels: the picture counts as black, the film as a still. */
const MIN_LIT = 0.001;
const MIN_MOVED = 0.0005;

/** What a file shows against what it should show. Throws a Failure (smoke-file-*). */
export function judgeMedia(name: string, media: Media, expected: FileExpectation): LevelVerdict {
  switch (media.kind) {
    case 'png': {
      const { measures } = media;
      checkSize(name, measures, expected);
      if (measures.lit < MIN_LIT) {
        throw smokeFailure(
          'smoke-file-black',
          `${name} is black.`,
          `brightest pixel ${measures.brightest} of 255`,
        );
      }
      if (measures.frames > 1 && measures.moved < MIN_MOVED) {
        throw smokeFailure(
          'smoke-file-still',
          `${name} does not move: its ${measures.frames} frames are the same.`,
          `${(100 * measures.moved).toFixed(2)} % of the pixels change`,
        );
      }
      const moving = measures.frames > 1 ? ' It moves and is not black.' : ' It is not black.';
      return ok(`${name} has ${sizeWords(measures)}.${moving}`);
    }
    case 'mp4':
      checkSize(name, media, expected);
      if (media.frames === 0) throw smokeFailure('smoke-file-broken', `${name} has no frames.`);
      return ok(`${name} has ${sizeWords(media)}, ${media.codec}${lengthWords(media.durationMs)}.`);
    case 'other':
      return warn(`${name} was saved; its kind (${media.mime ?? 'unknown'}) is not looked into.`);
    default:
      return media satisfies never;
  }
}

interface Size {
  width: number;
  height: number;
  frames: number;
}

function checkSize(name: string, seen: Size, expected: FileExpectation): void {
  for (const key of ['width', 'height', 'frames'] as const) {
    const wanted = expected[key];
    if (wanted === undefined || wanted === seen[key]) continue;
    throw smokeFailure(
      'smoke-file-size',
      `${name} has ${sizeWords(seen)}; ${sizeWords({ ...seen, ...expected })} were asked for.`,
    );
  }
}

function lengthWords(ms: number): string {
  return ms > 0 ? `, ${(ms / 1000).toFixed(1)} s` : '';
}

function sizeWords({ frames, width, height }: Size): string {
  return `${frames} ${frames === 1 ? 'frame' : 'frames'} of ${width}x${height}`;
}
