// From a PNG's filtered bytes to RGBA. Source: PNG specification (third edition), 7.2 and 9.
import { inflateSync } from 'node:zlib';
import { UnreadableMedia } from './unreadable.ts';

export interface PngHeader {
  width: number;
  height: number;
  bitDepth: number;
  colorType: number;
  interlaced: boolean;
}

/** Channels by colour type: grey, RGB, palette, grey with alpha, RGBA. */
const channelsOf: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Inflates, unfilters and converts one image. Never allocates more than the header allows. */
export function decodePixels(
  compressed: Uint8Array,
  header: PngHeader,
  size: { width: number; height: number },
  palette: Uint8Array,
): Uint8Array {
  const channels = channelsOf[header.colorType];
  if (!channels || ![8, 16].includes(header.bitDepth) || header.interlaced) {
    throw new UnreadableMedia(
      `a PNG of colour type ${header.colorType} with ${header.bitDepth} bits is not looked into`,
    );
  }
  const sampleBytes = header.bitDepth / 8;
  const pixelBytes = channels * sampleBytes;
  const rowBytes = size.width * pixelBytes;
  const expected = (rowBytes + 1) * size.height;
  let raw: Uint8Array;
  try {
    raw = inflateSync(compressed, { maxOutputLength: expected + 1 });
  } catch (error) {
    throw new UnreadableMedia(`the picture's data is broken: ${(error as Error).message}`);
  }
  if (raw.length !== expected) throw new UnreadableMedia('the picture ends early');
  const rows = unfilter(raw, size.height, rowBytes, pixelBytes);
  return toRgba(rows, header.colorType, { pixelBytes, sampleBytes }, palette);
}

function unfilter(raw: Uint8Array, height: number, rowBytes: number, pixelBytes: number) {
  const out = new Uint8Array(rowBytes * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (rowBytes + 1)] ?? 0;
    const source = y * (rowBytes + 1) + 1;
    const row = y * rowBytes;
    for (let x = 0; x < rowBytes; x += 1) {
      const left = x >= pixelBytes ? (out[row + x - pixelBytes] ?? 0) : 0;
      const up = y > 0 ? (out[row - rowBytes + x] ?? 0) : 0;
      const corner = y > 0 && x >= pixelBytes ? (out[row - rowBytes + x - pixelBytes] ?? 0) : 0;
      out[row + x] = (raw[source + x] ?? 0) + predicted(filter, left, up, corner);
    }
  }
  return out;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  switch (filter) {
    case 0:
      return 0;
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4: {
      const estimate = left + up - corner;
      const [a, b, c] = [
        Math.abs(estimate - left),
        Math.abs(estimate - up),
        Math.abs(estimate - corner),
      ];
      return a <= b && a <= c ? left : b <= c ? up : corner;
    }
    default:
      throw new UnreadableMedia(`the picture has a row filter ${filter}, which does not exist`);
  }
}

function toRgba(
  rows: Uint8Array,
  colorType: number,
  { pixelBytes, sampleBytes }: { pixelBytes: number; sampleBytes: number },
  palette: Uint8Array,
): Uint8Array {
  const pixels = rows.length / pixelBytes;
  const rgba = new Uint8Array(pixels * 4);
  for (let i = 0; i < pixels; i += 1) {
    // The first byte of a 16-bit sample is its high one: enough to see black and motion.
    const at = (channel: number) => rows[i * pixelBytes + channel * sampleBytes] ?? 0;
    const set = (r: number, g: number, b: number, a: number) => rgba.set([r, g, b, a], i * 4);
    if (colorType === 0) set(at(0), at(0), at(0), 255);
    else if (colorType === 2) set(at(0), at(1), at(2), 255);
    else if (colorType === 4) set(at(0), at(0), at(0), at(1));
    else if (colorType === 6) set(at(0), at(1), at(2), at(3));
    else {
      const entry = at(0) * 3;
      set(palette[entry] ?? 0, palette[entry + 1] ?? 0, palette[entry + 2] ?? 0, 255);
    }
  }
  return rgba;
}
