import { open, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { exitCodes } from '../../contract/exit-codes.ts';
import { Failure } from '../../contract/failure.ts';
import { plainFile, whyUnreadable } from '../../ports/plain-file.ts';
import { readGif } from '../media/gif.ts';
import { readMp4 } from '../media/mp4.ts';
import { readPictureSize } from '../media/picture-size.ts';
import { UnreadableMedia } from '../media/unreadable.ts';
import { readWebm } from '../media/webm.ts';

export interface Photo {
  kind: 'photo';
  path: string;
  width: number;
  height: number;
}

export interface Clip {
  kind: 'clip';
  path: string;
  /** Null where the container does not say it. */
  durationMs: number | null;
  frames: number;
  hasSound: boolean;
}

/** Smaller than the smallest film. */
const MIN_SIDE = 64;
/** Fewer frames than one step of the model after the first. */
const MIN_FRAMES = 5;

/**
 * What a file is, by its content: names lie.
 * @throws Failure `dance-input-unreadable` | `dance-photo-small` | `dance-clip-short`
 */
export async function readSource(path: string): Promise<Photo | Clip> {
  const name = basename(path);
  const head = await readHead(path, name);
  try {
    if (isPicture(head)) return photoOf(path, await readPictureSize(path));
    if (isIsoFile(head)) {
      const { sampleCount: frames, ...film } = await readMp4(path);
      return clipOf(path, { frames, ...film });
    }
    if (isMatroska(head)) return clipOf(path, await readWebm(path));
    if (isGif(head)) {
      const { frameCount: frames, durationMs } = readGif(await readFile(path));
      return clipOf(path, { frames, durationMs, hasAudio: false });
    }
  } catch (error) {
    if (!(error instanceof UnreadableMedia)) throw error;
    throw unreadable(name, `${error.message}`);
  }
  throw unreadable(
    name,
    'it is neither a picture (PNG, JPEG, WebP) nor a video (MP4, MOV, WebM, MKV, GIF)',
  );
}

async function readHead(path: string, name: string): Promise<Buffer> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    await plainFile(path);
    file = await open(path, 'r');
  } catch (error) {
    throw unreadable(name, whyUnreadable(error));
  }
  try {
    const head = Buffer.alloc(16);
    const { bytesRead } = await file.read(head, 0, 16, 0);
    if (bytesRead === 0) throw unreadable(name, 'it is empty');
    return head.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

const latin = (head: Buffer, from: number, to: number) => head.toString('latin1', from, to);

function isPicture(head: Buffer): boolean {
  return (
    head.subarray(0, 4).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47])) ||
    head.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])) ||
    (latin(head, 0, 4) === 'RIFF' && latin(head, 8, 12) === 'WEBP')
  );
}

/** MP4 and QuickTime; an old MOV begins with another box than `ftyp`. A HEIC photo is such a file, too. */
function isIsoFile(head: Buffer): boolean {
  const brand = latin(head, 8, 12);
  if (['heic', 'heix', 'mif1', 'avif'].includes(brand)) {
    throw new UnreadableMedia(`it is a ${brand} picture; save it as JPEG or PNG`);
  }
  return ['ftyp', 'moov', 'wide', 'mdat', 'free', 'skip'].includes(latin(head, 4, 8));
}

const isMatroska = (head: Buffer) =>
  head.subarray(0, 4).equals(Buffer.from([0x1a, 0x45, 0xdf, 0xa3]));
const isGif = (head: Buffer) => latin(head, 0, 4) === 'GIF8';

function photoOf(path: string, { width, height }: { width: number; height: number }): Photo {
  if (Math.min(width, height) >= MIN_SIDE) return { kind: 'photo', path, width, height };
  throw new Failure({
    code: 'dance-photo-small',
    sentence: `${basename(path)} has only ${width}x${height} pixels; a person is not seen in it.`,
    exitCode: exitCodes.usage,
  });
}

function clipOf(
  path: string,
  film: { frames: number; durationMs: number; hasAudio: boolean },
): Clip {
  const { frames, durationMs, hasAudio: hasSound } = film;
  if (frames < MIN_FRAMES) {
    throw new Failure({
      code: 'dance-clip-short',
      sentence: `${basename(path)} has ${frames} frames; a dance needs at least ${MIN_FRAMES}.`,
      exitCode: exitCodes.usage,
    });
  }
  return { kind: 'clip', path, durationMs: durationMs || null, frames, hasSound };
}

function unreadable(name: string, why: string): Failure {
  return new Failure({
    code: 'dance-input-unreadable',
    sentence: `${name} cannot be used: ${why}.`,
    exitCode: exitCodes.usage,
  });
}
