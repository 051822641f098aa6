import type { Media } from '../media/inspect.ts';
import type { FilmMeasures } from '../media/pixels.ts';
import { type FileExpectation, type LevelVerdict, ok, smokeFailure, warn } from './context.ts';

/** Less than this share of the pixels: the picture counts as black, the film as a still. */
const MIN_LIT = 0.001;
const MIN_MOVED = 0.0005;

/**
 * Bytes of a frame of H.264 in which nothing changes: measured with x264 at crf 19, 256x448 to
 * 480x832, 16 to 24 and rarely 60; a film in which little moves has hundreds.
 */
const STILL_FRAME_BYTES = 40;

/**
 * What a file shows against what it should show. Throws a Failure (smoke-file-*).
 * @param shown what the pixels of an MP4 say, where the server showed them as pictures
 */
export function judgeMedia(
  name: string,
  media: Media,
  expected: FileExpectation,
  shown: FilmMeasures | null = null,
): LevelVerdict {
  switch (media.kind) {
    case 'png': {
      const { measures } = media;
      checkSize(name, measures, expected);
      checkPixels(name, measures);
      const moving = measures.frames > 1 ? ' It moves and is not black.' : ' It is not black.';
      return ok(`${name} has ${sizeWords(measures)}.${moving}`);
    }
    case 'mp4':
      checkSize(name, media, expected);
      if (media.frames === 0) throw smokeFailure('smoke-file-broken', `${name} has no frames.`);
      if (shown) checkPixels(name, shown);
      else checkFrameSizes(name, media);
      return ok(
        `${name} has ${sizeWords(media)}, ${media.codec}${lengthWords(media.durationMs)}. ${seenWords(media, shown)}`,
      );
    case 'other':
      return warn(`${name} was saved; its kind (${media.mime ?? 'unknown'}) is not looked into.`);
    default:
      return media satisfies never;
  }
}

type Mp4 = Extract<Media, { kind: 'mp4' }>;

function checkPixels(name: string, measures: FilmMeasures): void {
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
}

/** Without decoding: frames in which nothing changes are almost empty. */
function checkFrameSizes(name: string, media: Mp4): void {
  const typical = typicalChange(media);
  if (typical === null || typical > STILL_FRAME_BYTES) return;
  throw smokeFailure(
    'smoke-file-still',
    `${name} does not move: its ${media.frames} frames hold next to nothing after the first.`,
    `${typical} bytes a frame`,
  );
}

/** Median bytes of the frames after the first; null where that says nothing. */
function typicalChange({ codec, sampleSizes }: Mp4): number | null {
  if (!/^avc/.test(codec) || sampleSizes.length < 5) return null;
  const later = sampleSizes.slice(1).sort((a, b) => a - b);
  return later[Math.floor(later.length / 2)] ?? null;
}

function seenWords(media: Mp4, shown: FilmMeasures | null): string {
  if (shown) return 'It moves and is not black.';
  return typicalChange(media) === null
    ? `Black or still cannot be told without decoding ${media.codec}.`
    : 'It moves; black cannot be told without decoding it.';
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
