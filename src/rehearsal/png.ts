// Writes PNG and animated PNG. Source: PNG specification (third edition), 4.9 and 11.3.6.
import { crc32, deflateSync } from 'node:zlib';

/** RGB, 8 bits a channel, rows without padding. */
export interface Frame {
  width: number;
  height: number;
  rgb: Uint8Array;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** One frame gives a plain PNG, several an animated one that repeats for ever. */
export function encodePng(frames: Frame[], fps: number): Buffer {
  const first = frames[0];
  if (!first) throw new RangeError('no frame to encode');
  const parts = [SIGNATURE, chunk('IHDR', header(first))];
  if (frames.length === 1) parts.push(chunk('IDAT', compress(first)));
  else {
    let sequence = 0;
    parts.push(chunk('acTL', words(frames.length, 0)));
    for (const frame of frames) {
      parts.push(chunk('fcTL', frameControl(sequence++, frame, fps)));
      const data = compress(frame);
      if (frame === first) parts.push(chunk('IDAT', data));
      else parts.push(chunk('fdAT', Buffer.concat([words(sequence++), data])));
    }
  }
  return Buffer.concat([...parts, chunk('IEND', Buffer.alloc(0))]);
}

function header({ width, height }: Frame): Buffer {
  // 8 bits, RGB, deflate, adaptive filters, not interlaced.
  return Buffer.concat([words(width, height), Buffer.from([8, 2, 0, 0, 0])]);
}

function frameControl(sequence: number, { width, height }: Frame, fps: number): Buffer {
  const tail = Buffer.alloc(6);
  tail.writeUInt16BE(100, 0);
  tail.writeUInt16BE(Math.max(1, Math.round(100 * fps)), 2);
  return Buffer.concat([words(sequence, width, height, 0, 0), tail]);
}

function compress({ width, height, rgb }: Frame): Buffer {
  const rowBytes = width * 3;
  const raw = Buffer.alloc((rowBytes + 1) * height);
  for (let y = 0; y < height; y += 1) {
    raw.set(rgb.subarray(y * rowBytes, (y + 1) * rowBytes), y * (rowBytes + 1) + 1);
  }
  return deflateSync(raw, { level: 6 });
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  return Buffer.concat([words(data.length), body, words(crc32(body))]);
}

function words(...values: number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) buffer.writeUInt32BE(value >>> 0, 4 * i);
  return buffer;
}
