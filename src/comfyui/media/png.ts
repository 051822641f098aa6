// Reads PNG and animated PNG. Source: PNG specification (third edition), 4.9 and 11.3.6.
import { crc32 } from 'node:zlib';
import type { Picture } from './pixels.ts';
import { decodePixels, type PngHeader } from './png-pixels.ts';
import { UnreadableMedia } from './unreadable.ts';

export const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Larger pictures are not decoded: 64 million pixels are 256 MB. */
const MAX_PIXELS = 64e6;

interface FrameControl {
  width: number;
  height: number;
  x: number;
  y: number;
  delayMs: number;
  dispose: number;
  blend: number;
}
interface FrameData {
  control: FrameControl | null;
  parts: Uint8Array[];
}

export interface PngFilm {
  header: PngHeader;
  /** 1 for a picture that does not move. */
  frameCount: number;
  durationMs: number;
  /** Decodes frame after frame. Throws UnreadableMedia. */
  frames(): Iterable<Picture>;
}

/** Reads the structure and checks each chunk's CRC; pixels are decoded by `frames()`. */
export function readPng(bytes: Buffer): PngFilm {
  if (!bytes.subarray(0, 8).equals(PNG_SIGNATURE)) throw new UnreadableMedia('it is no PNG');
  let header: PngHeader | null = null;
  let palette: Uint8Array = new Uint8Array();
  let announced = 0;
  let ended = false;
  const frames: FrameData[] = [];
  // IDAT belongs to the film only when a control chunk came before it.
  const still: FrameData = { control: null, parts: [] };
  for (const { type, data } of chunks(bytes)) {
    if (type === 'IHDR') header = readHeader(data);
    else if (type === 'PLTE') palette = data;
    else if (type === 'acTL') announced = data.readUInt32BE(0);
    else if (type === 'fcTL') frames.push({ control: readControl(data), parts: [] });
    else if (type === 'IDAT') (frames.at(-1) ?? still).parts.push(data);
    else if (type === 'fdAT') frames.at(-1)?.parts.push(data.subarray(4));
    else if (type === 'IEND') ended = true;
  }
  if (!header) throw new UnreadableMedia('the PNG has no header');
  if (!ended) throw new UnreadableMedia('the PNG ends early');
  if (frames.length !== announced) {
    throw new UnreadableMedia(`${announced} frames are announced and ${frames.length} are there`);
  }
  const shown = frames.length > 0 ? frames : [still];
  const known = header;
  return {
    header,
    frameCount: shown.length,
    durationMs: frames.reduce((sum, frame) => sum + (frame.control?.delayMs ?? 0), 0),
    frames: () => compose(known, palette, shown),
  };
}

function* chunks(bytes: Buffer): Generator<{ type: string; data: Buffer }> {
  let offset = 8;
  while (offset + 12 <= bytes.length) {
    const length = bytes.readUInt32BE(offset);
    const type = bytes.toString('latin1', offset + 4, offset + 8);
    const end = offset + 8 + length;
    if (end + 4 > bytes.length) throw new UnreadableMedia(`the PNG ends inside ${type}`);
    if (crc32(bytes.subarray(offset + 4, end)) !== bytes.readUInt32BE(end)) {
      throw new UnreadableMedia(`the checksum of ${type} does not fit`);
    }
    yield { type, data: bytes.subarray(offset + 8, end) };
    offset = end + 4;
  }
}

function readHeader(data: Buffer): PngHeader {
  const header = {
    width: data.readUInt32BE(0),
    height: data.readUInt32BE(4),
    bitDepth: data.readUInt8(8),
    colorType: data.readUInt8(9),
    interlaced: data.readUInt8(12) !== 0,
  };
  const pixels = header.width * header.height;
  if (pixels === 0 || pixels > MAX_PIXELS) {
    throw new UnreadableMedia(`its size is ${header.width}x${header.height}`);
  }
  return header;
}

function readControl(data: Buffer): FrameControl {
  return {
    width: data.readUInt32BE(4),
    height: data.readUInt32BE(8),
    x: data.readUInt32BE(12),
    y: data.readUInt32BE(16),
    delayMs: (1000 * data.readUInt16BE(20)) / (data.readUInt16BE(22) || 100),
    dispose: data.readUInt8(24),
    blend: data.readUInt8(25),
  };
}

function* compose(header: PngHeader, palette: Uint8Array, frames: FrameData[]): Generator<Picture> {
  const { width, height } = header;
  let canvas: Uint8Array = new Uint8Array(width * height * 4);
  for (const { control, parts } of frames) {
    const area = control ?? { width, height, x: 0, y: 0, dispose: 0, blend: 0, delayMs: 0 };
    if (area.x + area.width > width || area.y + area.height > height) {
      throw new UnreadableMedia('a frame lies outside the picture');
    }
    const pixels = decodePixels(Buffer.concat(parts), header, area, palette);
    const before = area.dispose === 2 ? canvas.slice() : null;
    paint(canvas, width, pixels, area);
    yield { width, height, rgba: canvas };
    canvas = before ?? canvas.slice();
    if (area.dispose === 1) {
      paint(canvas, width, new Uint8Array(pixels.length), { ...area, blend: 0 });
    }
  }
}

function paint(canvas: Uint8Array, width: number, pixels: Uint8Array, area: FrameControl): void {
  for (let y = 0; y < area.height; y += 1) {
    const from = y * area.width * 4;
    const to = ((area.y + y) * width + area.x) * 4;
    if (area.blend === 0) {
      canvas.set(pixels.subarray(from, from + area.width * 4), to);
      continue;
    }
    for (let i = 0; i < area.width * 4; i += 4) blendOver(canvas, to + i, pixels, from + i);
  }
}

function blendOver(canvas: Uint8Array, to: number, pixels: Uint8Array, from: number): void {
  const alpha = (pixels[from + 3] ?? 0) / 255;
  for (let channel = 0; channel < 3; channel += 1) {
    const under = canvas[to + channel] ?? 0;
    canvas[to + channel] = (pixels[from + channel] ?? 0) * alpha + under * (1 - alpha);
  }
  canvas[to + 3] = Math.max(canvas[to + 3] ?? 0, pixels[from + 3] ?? 0);
}
