import { open, readFile } from 'node:fs/promises';
import { readMp4 } from './mp4.ts';
import { type FilmMeasures, measureFilm } from './pixels.ts';
import { PNG_SIGNATURE, readPng } from './png.ts';

/** What a file really is, whatever its name and the server's content type say. */
export type Media =
  | { kind: 'png'; mime: string; durationMs: number; measures: FilmMeasures }
  | {
      kind: 'mp4';
      mime: 'video/mp4';
      codec: string;
      width: number;
      height: number;
      frames: number;
      durationMs: number;
      sampleSizes: number[];
      hasAudio: boolean;
    }
  /** Nothing that is looked into here (GIF, WebP, WebM, audio …). */
  | { kind: 'other'; mime: string | null };

/** PNGs are decoded wholly; larger ones are not what a test renders. */
const MAX_PNG_BYTES = 512e6;

/** Throws UnreadableMedia for a file that is broken. */
export async function inspectMedia(path: string): Promise<Media> {
  const head = await readHead(path);
  if (head.subarray(0, 8).equals(PNG_SIGNATURE)) {
    const film = readPng(await readBounded(path));
    const mime = film.frameCount > 1 ? 'image/apng' : 'image/png';
    return { kind: 'png', mime, durationMs: film.durationMs, measures: measureFilm(film.frames()) };
  }
  if (head.toString('latin1', 4, 8) === 'ftyp') {
    const { sampleCount: frames, ...video } = await readMp4(path);
    return { kind: 'mp4', mime: 'video/mp4', frames, ...video };
  }
  return { kind: 'other', mime: mimeOf(head) };
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

async function readBounded(path: string): Promise<Buffer> {
  const bytes = await readFile(path);
  return bytes.subarray(0, MAX_PNG_BYTES);
}

function mimeOf(head: Buffer): string | null {
  const text = head.toString('latin1');
  if (text.startsWith('GIF8')) return 'image/gif';
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'image/webp';
  if (head.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg';
  if (head.subarray(0, 4).equals(Buffer.from([0x1a, 0x45, 0xdf, 0xa3]))) return 'video/webm';
  return null;
}
