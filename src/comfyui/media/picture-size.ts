// Size of a picture from its header. Sources: PNG specification (third edition) 11.2.1; JPEG ITU-T
// T.81 B.2.2 and Exif 2.32 (orientation, tag 0x0112); RFC 9649 (WebP).
import { open } from 'node:fs/promises';
import { PNG_SIGNATURE } from './png.ts';
import { UnreadableMedia } from './unreadable.ts';

export interface PictureSize {
  format: 'png' | 'jpeg' | 'webp';
  /** Pixels, as a person sees the picture. */
  width: number;
  height: number;
}

/** The frame header of a JPEG stands behind its metadata, which can be a large preview. */
const HEADER_BYTES = 4 * 1024 * 1024;

/** Throws UnreadableMedia for what is no PNG, JPEG or WebP, or ends in its header. */
export async function readPictureSize(path: string): Promise<PictureSize> {
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(Math.min(HEADER_BYTES, Math.max(32, (await file.stat()).size)));
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    return pictureSize(head.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

export function pictureSize(head: Buffer): PictureSize {
  try {
    if (head.subarray(0, 8).equals(PNG_SIGNATURE)) {
      return checked({
        format: 'png',
        width: head.readUInt32BE(16),
        height: head.readUInt32BE(20),
      });
    }
    if (head.readUInt16BE(0) === 0xffd8) return checked(jpegSize(head));
    if (head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP') {
      return checked(webpSize(head));
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UnreadableMedia('the picture ends in its header');
  }
  throw new UnreadableMedia('it is no PNG, JPEG or WebP');
}

function checked(size: PictureSize): PictureSize {
  if (size.width > 0 && size.height > 0) return size;
  throw new UnreadableMedia('the picture has no size');
}

/** SOF0 to SOF15 without DHT (C4), JPG (C8) and DAC (CC). */
const isFrameHeader = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

function jpegSize(head: Buffer): PictureSize {
  let turned = false;
  for (let offset = 2; ; ) {
    if (head.readUInt8(offset) !== 0xff) throw new UnreadableMedia('the JPEG is broken');
    const marker = head.readUInt8(offset + 1);
    // Fill bytes before a marker.
    if (marker === 0xff) {
      offset += 1;
      continue;
    }
    const length = head.readUInt16BE(offset + 2);
    if (isFrameHeader(marker)) {
      const [height, width] = [head.readUInt16BE(offset + 5), head.readUInt16BE(offset + 7)];
      return turned
        ? { format: 'jpeg', width: height, height: width }
        : { format: 'jpeg', width, height };
    }
    if (marker === 0xda || marker === 0xd9) throw new UnreadableMedia('the JPEG has no size');
    if (marker === 0xe1) turned ||= isTurned(head.subarray(offset + 4, offset + 2 + length));
    offset += 2 + length;
  }
}

/** Orientations 5 to 8 show the picture on its side: ComfyUI turns it, as phones expect. */
function isTurned(app1: Buffer): boolean {
  if (app1.toString('latin1', 0, 6) !== 'Exif\0\0') return false;
  const tiff = app1.subarray(6);
  const little = tiff.toString('latin1', 0, 2) === 'II';
  const u16 = (at: number) => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const u32 = (at: number) => (little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  try {
    const directory = u32(4);
    for (let entry = 0; entry < u16(directory); entry += 1) {
      const at = directory + 2 + 12 * entry;
      if (u16(at) === 0x0112) return u16(at + 8) >= 5 && u16(at + 8) <= 8;
    }
  } catch (error) {
    // Broken metadata are no reason to refuse a picture.
    if (!(error instanceof RangeError)) throw error;
  }
  return false;
}

function webpSize(head: Buffer): PictureSize {
  const format = 'webp';
  switch (head.toString('latin1', 12, 16)) {
    case 'VP8X':
      return { format, width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 };
    case 'VP8L': {
      const bits = head.readUInt32LE(21);
      return { format, width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
    }
    case 'VP8 ':
      return {
        format,
        width: head.readUInt16LE(26) & 0x3fff,
        height: head.readUInt16LE(28) & 0x3fff,
      };
    default:
      throw new UnreadableMedia('the WebP has no picture');
  }
}
