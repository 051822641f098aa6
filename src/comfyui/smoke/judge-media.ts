import type { CodedFilm, Media } from '../media/inspect.ts';
import type { FilmMeasures } from '../media/pixels.ts';
import { type FileExpectation, type LevelVerdict, ok, smokeFailure, warn } from './context.ts';

/** Less than this share of the pixels: the picture counts as black, the film as a still. */
const MIN_LIT = 0.001;
const MIN_MOVED = 0.0005;

/**
 * Bytes of a frame in which nothing changes, at most. H.264: measured with x264 at crf 19, 256x448 to
 * 480x832, 16 to 24 and rarely 60. VP9: with libvpx at crf 32, 19 to 34, nearly all alike (a small
 * square that moves has 20 to 60 of all sizes). A dance has hundreds in both.
 */
const STILL_FRAME_BYTES = 40;
/** A frame of so many bytes shows something new: of a film that changes once, most frames are empty. */
const NEW_FRAME_BYTES = 120;
/** Later a frame can be a new beginning of the same picture (x264 each 250 frames, libvpx 128). */
const FIRST_FRAMES = 100;
/** A first frame of fewer bytes is one colour: another one costs next to nothing, too. */
const PICTURE_BYTES = 200;
/** Of a still film's frames in VP9, this share has the size of most. */
const ALIKE = 0.8;

/**
 * What a file shows against what it should show. Throws a Failure (smoke-file-*).
 * @param shown what the pixels of a coded film say, where the server showed them as pictures
 */
export function judgeMedia(
  name: string,
  media: Media,
  expected: FileExpectation,
  shown: FilmMeasures | null = null,
): LevelVerdict {
  switch (media.kind) {
    case 'pixels': {
      const { measures } = media;
      checkSize(name, measures, expected, media.mergesFrames);
      checkPixels(name, measures);
      const moving = measures.frames > 1 ? ' It moves and is not black.' : ' It is not black.';
      const length = measures.frames > 1 ? lengthWords(media.durationMs) : '';
      return ok(`${name} has ${sizeWords(measures)}${length}.${moving}`);
    }
    case 'coded':
      if (media.frames === 0) throw smokeFailure('smoke-file-broken', `${name} has no frames.`);
      checkSize(name, media, expected, media.mergesFrames);
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
function checkFrameSizes(name: string, media: CodedFilm): void {
  const change = typicalChange(media);
  if (change === null || change.moves) return;
  throw smokeFailure(
    'smoke-file-still',
    `${name} does not move: its ${media.frames} frames hold next to nothing after the first.`,
    `${change.bytes} bytes a frame`,
  );
}

/** Median bytes of the frames after the first; null where that says nothing of what is seen. */
function typicalChange({
  codec,
  sampleSizes,
}: CodedFilm): { bytes: number; moves: boolean } | null {
  const isH264 = /^avc/.test(codec);
  if (!(isH264 || codec === 'vp9') || sampleSizes.length < 5) return null;
  if ((sampleSizes[0] ?? 0) < PICTURE_BYTES) return null;
  const later = sampleSizes.slice(1).sort((a, b) => a - b);
  const bytes = later[Math.floor(later.length / 2)] ?? 0;
  if (bytes > STILL_FRAME_BYTES) return { bytes, moves: true };
  const newest = Math.max(...sampleSizes.slice(1, FIRST_FRAMES));
  if (newest > NEW_FRAME_BYTES) return { bytes, moves: true };
  const alike = later.filter((size) => Math.abs(size - bytes) <= 1).length / later.length;
  return { bytes, moves: !isH264 && alike < ALIKE };
}

function seenWords(media: CodedFilm, shown: FilmMeasures | null): string {
  if (shown) return 'It moves and is not black.';
  if (media.frames === 1) return `Black cannot be told without decoding ${media.codec}.`;
  return typicalChange(media) === null
    ? `Black or still cannot be told without decoding ${media.codec}.`
    : 'It moves; black cannot be told without decoding it.';
}

interface Size {
  width: number;
  height: number;
  frames: number;
}

function checkSize(
  name: string,
  seen: Size,
  expected: FileExpectation,
  mergesFrames: boolean,
): void {
  for (const key of ['width', 'height', 'frames'] as const) {
    const wanted = expected[key];
    if (wanted === undefined || wanted === seen[key]) continue;
    if (key === 'frames' && mergesFrames && seen.frames < wanted) {
      if (seen.frames > 1) continue;
      throw smokeFailure(
        'smoke-file-still',
        `${name} does not move: its ${wanted} frames were saved as one.`,
      );
    }
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
