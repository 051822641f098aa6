// Reads the chunks of a WebP without decoding it. Source: RFC 9649 (WebP), section 2.
import { pictureSize } from './picture-size.ts';
import { UnreadableMedia } from './unreadable.ts';

export interface WebpFilm {
  width: number;
  height: number;
  frames: number;
  durationMs: number;
  /** Bytes of each frame. */
  sampleSizes: number[];
}

/** Throws UnreadableMedia for what is no whole WebP. */
export function readWebp(bytes: Buffer): WebpFilm {
  const { width, height } = pictureSize(bytes);
  const end = 8 + bytes.readUInt32LE(4);
  if (end > bytes.length) throw new UnreadableMedia('the WebP ends early');
  const sampleSizes: number[] = [];
  let durationMs = 0;
  let still = 0;
  for (let offset = 12; offset + 8 <= end; ) {
    const kind = bytes.toString('latin1', offset, offset + 4);
    const size = bytes.readUInt32LE(offset + 4);
    if (offset + 8 + size > end) throw new UnreadableMedia(`the WebP ends inside ${kind.trim()}`);
    if (kind === 'ANMF' && size >= 16) {
      // Place and size of the frame, then its milliseconds in 24 bits.
      durationMs += bytes.readUIntLE(offset + 8 + 12, 3);
      sampleSizes.push(size - 16);
    } else if (kind === 'VP8 ' || kind === 'VP8L') still = size;
    offset += 8 + size + (size % 2);
  }
  if (sampleSizes.length === 0) {
    if (still === 0) throw new UnreadableMedia('the WebP has no picture');
    sampleSizes.push(still);
  }
  return { width, height, frames: sampleSizes.length, durationMs, sampleSizes };
}
