// Reads the boxes of an MP4 without decoding it. Source: ISO/IEC 14496-12 (ISO base media file
// format), boxes moof, moov, mvhd, trak, tkhd, mdia, mdhd, hdlr, stsd, stsz.
import { type FileHandle, open } from 'node:fs/promises';
import { UnreadableMedia } from './unreadable.ts';

export interface Mp4Video {
  /** Sample entry: `avc1`, `hvc1`, `av01`, `vp09` … */
  codec: string;
  width: number;
  height: number;
  /** 0 where the file does not say it. */
  durationMs: number;
  /** Frames. */
  sampleCount: number;
  /** Bytes of each frame; empty when all have one size. */
  sampleSizes: number[];
  hasAudio: boolean;
}

/** The index of a long film is a few MB. */
const MAX_INDEX_BYTES = 64e6;
const MAX_SAMPLES = 10e6;

interface Box {
  type: string;
  body: Buffer;
}

/** Throws UnreadableMedia for what is no whole MP4 with a video track. */
export async function readMp4(path: string): Promise<Mp4Video> {
  const file = await open(path, 'r');
  try {
    const { moov, fragments } = await findIndex(file, (await file.stat()).size);
    try {
      return readIndex(moov, fragments);
    } catch (error) {
      // A read past the end of a Buffer: a box is shorter than it should be.
      if (error instanceof RangeError) throw new UnreadableMedia('the index of the MP4 is broken');
      throw error;
    }
  } finally {
    await file.close();
  }
}

async function findIndex(
  file: FileHandle,
  size: number,
): Promise<{ moov: Buffer; fragments: Buffer[] }> {
  const head = Buffer.alloc(16);
  let moov: Buffer | null = null;
  const fragments: Buffer[] = [];
  let indexBytes = 0;
  let media = false;
  for (let offset = 0; offset + 8 <= size; ) {
    await file.read(head, 0, 16, offset);
    const type = head.toString('latin1', 4, 8);
    let length = head.readUInt32BE(0);
    let header = 8;
    if (length === 1) {
      length = Number(head.readBigUInt64BE(8));
      header = 16;
    } else if (length === 0) length = size - offset;
    if (length < header || offset + length > size) {
      throw new UnreadableMedia(`the MP4 ends inside its box ${JSON.stringify(type)}`);
    }
    if (type === 'mdat') media = true;
    if (type === 'moov' || type === 'moof') {
      indexBytes += length;
      if (indexBytes > MAX_INDEX_BYTES) {
        throw new UnreadableMedia('the index of the MP4 is too large');
      }
      const body = Buffer.alloc(length - header);
      await file.read(body, 0, body.length, offset + header);
      if (type === 'moov') moov = body;
      else fragments.push(body);
    }
    offset += length;
  }
  if (!moov || !media) {
    throw new UnreadableMedia(`the MP4 has no ${moov ? 'media' : 'index'}: it was not finished`);
  }
  return { moov, fragments };
}

function readIndex(moov: Buffer, fragments: Buffer[]): Mp4Video {
  const tracks = boxes(moov).filter((box) => box.type === 'trak');
  const described = tracks.map((track) => {
    const media = required(track.body, 'mdia');
    const tkhd = required(track.body, 'tkhd');
    const id = tkhd.readUInt32BE(tkhd.readUInt8(0) === 1 ? 20 : 12);
    return { id, media, kind: required(media, 'hdlr').toString('latin1', 8, 12) };
  });
  const video = described.find((track) => track.kind === 'vide');
  if (!video) throw new UnreadableMedia('the MP4 has no video track');
  const tables = required(required(video.media, 'minf'), 'stbl');
  // stsd: version and flags, count, then the sample entry: size, fourcc, 16 bytes, width, height.
  const stsd = required(tables, 'stsd');
  const samples = readSampleSizes(required(tables, 'stsz'));
  return {
    codec: stsd.toString('latin1', 12, 16),
    width: stsd.readUInt16BE(40),
    height: stsd.readUInt16BE(42),
    durationMs: readDuration(required(video.media, 'mdhd')),
    ...samples,
    sampleCount: samples.sampleCount + fragmentSamples(fragments, video.id),
    hasAudio: described.some((track) => track.kind === 'soun'),
  };
}

/** Frames of a film that was written piece by piece: each piece has its own list (moof, traf, trun). */
function fragmentSamples(fragments: Buffer[], trackId: number): number {
  let count = 0;
  for (const traf of fragments.flatMap(boxes).filter(({ type }) => type === 'traf')) {
    if (required(traf.body, 'tfhd').readUInt32BE(4) !== trackId) continue;
    for (const { type, body } of boxes(traf.body)) {
      if (type === 'trun') count += body.readUInt32BE(4);
    }
  }
  return count;
}

function readSampleSizes(stsz: Buffer): { sampleCount: number; sampleSizes: number[] } {
  const sampleCount = stsz.readUInt32BE(8);
  if (sampleCount > MAX_SAMPLES) throw new UnreadableMedia('the MP4 has no believable frame count');
  if (stsz.readUInt32BE(4) !== 0) return { sampleCount, sampleSizes: [] };
  const sampleSizes = Array.from({ length: sampleCount }, (_, i) => stsz.readUInt32BE(12 + 4 * i));
  return { sampleCount, sampleSizes };
}

function readDuration(mdhd: Buffer): number {
  const long = mdhd.readUInt8(0) === 1;
  const timescale = mdhd.readUInt32BE(long ? 20 : 12);
  const duration = long ? Number(mdhd.readBigUInt64BE(24)) : mdhd.readUInt32BE(16);
  return timescale === 0 ? 0 : (1000 * duration) / timescale;
}

function boxes(parent: Buffer): Box[] {
  const found: Box[] = [];
  for (let offset = 0; offset + 8 <= parent.length; ) {
    const length = parent.readUInt32BE(offset);
    if (length < 8 || offset + length > parent.length) break;
    const type = parent.toString('latin1', offset + 4, offset + 8);
    found.push({ type, body: parent.subarray(offset + 8, offset + length) });
    offset += length;
  }
  return found;
}

function required(parent: Buffer, type: string): Buffer {
  const box = boxes(parent).find((candidate) => candidate.type === type);
  if (!box) throw new UnreadableMedia(`the index of the MP4 has no ${type}`);
  return box.body;
}
