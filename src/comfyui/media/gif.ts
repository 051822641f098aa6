// Reads animated GIF. Source: GIF89a specification (CompuServe, 1990), sections 17 to 26, appendix F.
import { decodeLzw } from './gif-lzw.ts';
import type { Picture } from './pixels.ts';
import { UnreadableMedia } from './unreadable.ts';

const MAX_PIXELS = 16e6;

interface GifFrame {
  x: number;
  y: number;
  width: number;
  height: number;
  interlaced: boolean;
  palette: Buffer;
  transparent: number | null;
  /** 1: left, 2: cleared to nothing, 3: as it was before. */
  disposal: number;
  minCodeSize: number;
  data: Buffer;
}

export interface GifFilm {
  width: number;
  height: number;
  frameCount: number;
  durationMs: number;
  /** Decodes frame after frame. Throws UnreadableMedia. */
  frames(): Iterable<Picture>;
}

/** Reads the structure; pixels are decoded by `frames()`. Throws UnreadableMedia. */
export function readGif(bytes: Buffer): GifFilm {
  try {
    return readBlocks(bytes);
  } catch (error) {
    // A read past the end of the file.
    if (error instanceof RangeError) throw new UnreadableMedia('the GIF ends early');
    throw error;
  }
}

function readBlocks(bytes: Buffer): GifFilm {
  if (!/^GIF8[79]a$/.test(bytes.toString('latin1', 0, 6)))
    throw new UnreadableMedia('it is no GIF');
  const [width, height] = [bytes.readUInt16LE(6), bytes.readUInt16LE(8)];
  if (width * height === 0 || width * height > MAX_PIXELS) {
    throw new UnreadableMedia(`its size is ${width}x${height}`);
  }
  const flags = bytes.readUInt8(10);
  let offset = 13;
  const shared = paletteAt(bytes, offset, flags);
  offset += shared.length;
  const frames: GifFrame[] = [];
  let durationMs = 0;
  let control = { disposal: 0, transparent: null as number | null };
  for (;;) {
    const kind = bytes.readUInt8(offset);
    if (kind === 0x3b) break;
    if (kind === 0x21) {
      const blocks = subBlocks(bytes, offset + 2);
      if (bytes.readUInt8(offset + 1) === 0xf9) {
        const packed = blocks.data.readUInt8(0);
        durationMs += 10 * blocks.data.readUInt16LE(1);
        control = {
          disposal: (packed >> 2) & 7,
          transparent: (packed & 1) === 1 ? blocks.data.readUInt8(3) : null,
        };
      }
      offset = blocks.end;
      continue;
    }
    if (kind !== 0x2c) throw new UnreadableMedia('a block of the GIF is of no known kind');
    const packed = bytes.readUInt8(offset + 9);
    const own = paletteAt(bytes, offset + 10, packed);
    const codeAt = offset + 10 + own.length;
    const blocks = subBlocks(bytes, codeAt + 1);
    frames.push({
      ...{ x: bytes.readUInt16LE(offset + 1), y: bytes.readUInt16LE(offset + 3) },
      ...{ width: bytes.readUInt16LE(offset + 5), height: bytes.readUInt16LE(offset + 7) },
      interlaced: (packed & 0x40) !== 0,
      palette: own.length > 0 ? own : shared,
      ...control,
      minCodeSize: bytes.readUInt8(codeAt),
      data: blocks.data,
    });
    control = { disposal: 0, transparent: null };
    offset = blocks.end;
  }
  if (frames.length === 0) throw new UnreadableMedia('the GIF has no picture');
  const size = { width, height };
  return { ...size, frameCount: frames.length, durationMs, frames: () => compose(size, frames) };
}

function paletteAt(bytes: Buffer, at: number, flags: number): Buffer {
  const length = (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
  if (at + length > bytes.length) throw new RangeError('palette');
  return bytes.subarray(at, at + length);
}

/** Pieces of up to 255 bytes, the last one empty. */
function subBlocks(bytes: Buffer, at: number): { data: Buffer; end: number } {
  const pieces: Buffer[] = [];
  for (let offset = at; ; ) {
    const length = bytes.readUInt8(offset);
    offset += 1;
    if (length === 0) return { data: Buffer.concat(pieces), end: offset };
    if (offset + length > bytes.length) throw new RangeError('block');
    pieces.push(bytes.subarray(offset, offset + length));
    offset += length;
  }
}

function* compose(size: { width: number; height: number }, frames: GifFrame[]): Generator<Picture> {
  const { width, height } = size;
  let canvas = new Uint8Array(width * height * 4);
  for (const frame of frames) {
    if (frame.x + frame.width > width || frame.y + frame.height > height) {
      throw new UnreadableMedia('a frame lies outside the picture');
    }
    const before = frame.disposal === 3 ? canvas.slice() : null;
    paint(canvas, width, frame);
    yield { width, height, rgba: canvas };
    canvas = before ?? canvas.slice();
    if (frame.disposal !== 2) continue;
    for (let y = frame.y; y < frame.y + frame.height; y += 1) {
      canvas.fill(0, (y * width + frame.x) * 4, (y * width + frame.x + frame.width) * 4);
    }
  }
}

function paint(canvas: Uint8Array, canvasWidth: number, frame: GifFrame): void {
  const { width, height, palette, transparent } = frame;
  const pixels = decodeLzw(frame.data, frame.minCodeSize, width * height);
  const rows = frame.interlaced ? interlacedRows(height) : null;
  for (let i = 0; i < pixels.length; i += 1) {
    const index = pixels[i] ?? 0;
    if (index === transparent) continue;
    const row = Math.floor(i / width);
    const y = frame.y + (rows?.[row] ?? row);
    const to = (y * canvasWidth + frame.x + (i % width)) * 4;
    canvas[to] = palette[3 * index] ?? 0;
    canvas[to + 1] = palette[3 * index + 1] ?? 0;
    canvas[to + 2] = palette[3 * index + 2] ?? 0;
    canvas[to + 3] = 255;
  }
}

/** Each eighth row, those between, each second of the rest, the rest. */
function interlacedRows(height: number): number[] {
  const passes = [
    [0, 8],
    [4, 8],
    [2, 4],
    [1, 2],
  ] as const;
  return passes.flatMap(([from, step]) =>
    Array.from(
      { length: Math.max(0, Math.ceil((height - from) / step)) },
      (_, n) => from + n * step,
    ),
  );
}
