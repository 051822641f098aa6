import { open, readFile } from 'node:fs/promises';
import { readGif } from './gif.ts';
import { readMp4 } from './mp4.ts';
import { type FilmMeasures, measureFilm } from './pixels.ts';
import { PNG_SIGNATURE, readPng } from './png.ts';
import { UnreadableMedia } from './unreadable.ts';
import { readWebm } from './webm.ts';
import { readWebp } from './webp.ts';

interface Known {
  mime: string;
  /** Of its name, with the dot. */
  extension: string;
  /** 0 where the file does not say it. */
  durationMs: number;
  /** Its writers leave out frames that change nothing: it may have fewer than were made. */
  mergesFrames: boolean;
}

/** Decoded here: PNG and GIF, also those that move. */
export interface DecodedFilm extends Known {
  kind: 'pixels';
  measures: FilmMeasures;
}

/** Its container was read, its pictures are in a codec that is not decoded here. */
export interface CodedFilm extends Known {
  kind: 'coded';
  /** `avc1`, `vp9`, `av1`, `webp` … */
  codec: string;
  width: number;
  height: number;
  frames: number;
  /** Bytes of each frame; empty where all have one size. */
  sampleSizes: number[];
  hasAudio: boolean;
}

/** What a file really is, whatever its name and the server's content type say. */
export type Media =
  | DecodedFilm
  | CodedFilm
  /** Nothing that is looked into here (JPEG, audio …). */
  | { kind: 'other'; mime: string | null };

/** Pictures are read wholly; larger ones are not what a test renders. */
const MAX_PICTURE_BYTES = 512e6;
const EBML = Buffer.from([0x1a, 0x45, 0xdf, 0xa3]);

/** Throws UnreadableMedia for a file that is broken. */
export async function inspectMedia(path: string): Promise<Media> {
  const head = await readHead(path);
  const text = head.toString('latin1');
  if (head.subarray(0, 8).equals(PNG_SIGNATURE)) {
    const film = readPng(await readWhole(path));
    const mime = film.frameCount > 1 ? 'image/apng' : 'image/png';
    const { durationMs } = film;
    const measures = measureFilm(film.frames());
    // As PIL writes it (SaveAnimatedPNG); several frames that are one file each merge nothing.
    const mergesFrames = film.frameCount > 1;
    return { kind: 'pixels', mime, extension: '.png', durationMs, mergesFrames, measures };
  }
  if (text.startsWith('GIF8')) {
    const film = readGif(await readWhole(path));
    const known = { mime: 'image/gif', extension: '.gif', mergesFrames: true };
    const measures = measureFilm(film.frames());
    return { kind: 'pixels', ...known, durationMs: film.durationMs, measures };
  }
  if (text.slice(4, 8) === 'ftyp') {
    const { sampleCount: frames, ...video } = await readMp4(path);
    const known = { mime: 'video/mp4', extension: '.mp4', mergesFrames: false };
    return { kind: 'coded', ...known, frames, ...video };
  }
  if (head.subarray(0, 4).equals(EBML)) {
    const known = { mime: 'video/webm', extension: '.webm', mergesFrames: false };
    return { kind: 'coded', ...known, ...(await readWebm(path)) };
  }
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') {
    const known = { mime: 'image/webp', extension: '.webp', mergesFrames: true };
    const film = readWebp(await readWhole(path));
    return { kind: 'coded', ...known, codec: 'webp', hasAudio: false, ...film };
  }
  const isJpeg = head.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]));
  return { kind: 'other', mime: isJpeg ? 'image/jpeg' : null };
}

async function readHead(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(16);
    const { bytesRead } = await file.read(head, 0, 16, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function readWhole(path: string): Promise<Buffer> {
  const bytes = await readFile(path);
  if (bytes.length > MAX_PICTURE_BYTES) throw new UnreadableMedia('it is too large for a picture');
  return bytes;
}
