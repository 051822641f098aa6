// Reads the index and the blocks of a WebM or Matroska file without decoding it. Sources: RFC 9559
// (Matroska), section 5.1: Segment, Info, Tracks, Cluster; webmproject.org container guidelines.
import { type FileHandle, open } from 'node:fs/promises';
import { type Element, elements, trackOf } from './ebml.ts';
import { UnreadableMedia } from './unreadable.ts';

export interface WebmVideo {
  /** `vp9`, `av1`, `vp8`, `avc1`, or the file's own name for it. */
  codec: string;
  width: number;
  height: number;
  /** By the file, else by its frames; 0 where neither says it. */
  durationMs: number;
  frames: number;
  /** Bytes of each frame. */
  sampleSizes: number[];
  hasAudio: boolean;
}

const ids = {
  segment: 0x18538067,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  duration: 0x4489,
  tracks: 0x1654ae6b,
  track: 0xae,
  trackNumber: 0xd7,
  trackType: 0x83,
  codecId: 0x86,
  video: 0xe0,
  width: 0xb0,
  height: 0xba,
  cluster: 0x1f43b675,
  clusterTime: 0xe7,
  simpleBlock: 0xa3,
  blockGroup: 0xa0,
  block: 0xa1,
} as const;
const inside: ReadonlySet<number> = new Set([
  ...[ids.segment, ids.info, ids.tracks, ids.track, ids.video, ids.cluster, ids.blockGroup],
]);

const codecs: Record<string, string> = {
  V_VP8: 'vp8',
  V_VP9: 'vp9',
  V_AV1: 'av1',
  'V_MPEG4/ISO/AVC': 'avc1',
  'V_MPEGH/ISO/HEVC': 'hvc1',
};
const VIDEO = 1;
const AUDIO = 2;
const MAX_FRAMES = 10e6;
/** Of an element that is read: numbers and names. */
const MAX_VALUE_BYTES = 256;

interface Track {
  number: number;
  type: number;
  codec: string;
  width: number;
  height: number;
}

/** Throws UnreadableMedia for what is no whole WebM or Matroska with a video track. */
export async function readWebm(path: string): Promise<WebmVideo> {
  const file = await open(path, 'r');
  try {
    return await readFilm(file, (await file.stat()).size);
  } finally {
    await file.close();
  }
}

async function readFilm(file: FileHandle, fileBytes: number): Promise<WebmVideo> {
  const tracks: Track[] = [];
  const blocks: { track: number; bytes: number; time: number }[] = [];
  let nsPerTick = 1e6;
  let durationTicks = 0;
  let clusterTime = 0;
  for await (const element of elements(file, fileBytes, inside)) {
    const track = tracks.at(-1);
    const number = async () => unsigned(await value(file, element));
    switch (element.id) {
      case ids.timestampScale:
        nsPerTick = await number();
        break;
      case ids.duration:
        durationTicks = float(await value(file, element));
        break;
      case ids.track:
        tracks.push({ number: 0, type: 0, codec: 'unknown', width: 0, height: 0 });
        break;
      case ids.trackNumber:
        if (track) track.number = await number();
        break;
      case ids.trackType:
        if (track) track.type = await number();
        break;
      case ids.codecId: {
        const name = (await value(file, element)).toString('latin1').replace(/\0+$/, '');
        if (track) track.codec = codecs[name] ?? name;
        break;
      }
      case ids.width:
        if (track) track.width = await number();
        break;
      case ids.height:
        if (track) track.height = await number();
        break;
      case ids.clusterTime:
        clusterTime = await number();
        break;
      case ids.simpleBlock:
      case ids.block: {
        if (blocks.length >= MAX_FRAMES) {
          throw new UnreadableMedia('it has no believable frame count');
        }
        blocks.push(await blockOf(file, element, clusterTime));
        break;
      }
    }
  }
  const video = tracks.find(({ type }) => type === VIDEO);
  if (!video) throw new UnreadableMedia('it has no video track');
  const shown = blocks.filter((block) => block.track === video.number);
  const { codec, width, height } = video;
  return {
    ...{ codec, width, height, frames: shown.length },
    durationMs: ((durationTicks || spanOf(shown.map(({ time }) => time))) * nsPerTick) / 1e6,
    sampleSizes: shown.map(({ bytes }) => bytes),
    hasAudio: tracks.some(({ type }) => type === AUDIO),
  };
}

async function blockOf(file: FileHandle, { at, size }: Element, clusterTime: number) {
  const head = Buffer.alloc(Math.min(11, size ?? 0));
  await file.read(head, 0, head.length, at);
  const numbered = trackOf(head);
  // Track number, a signed time of two bytes, one byte of flags, then the frame.
  const dataAt = (numbered?.length ?? 0) + 3;
  if (!numbered || size === null || size < dataAt) throw new UnreadableMedia('a frame is broken');
  const time = clusterTime + head.readInt16BE(numbered.length);
  return { track: numbered.track, bytes: size - dataAt, time };
}

/** From the first frame to the end of the last, which lasts as long as the others. */
function spanOf(times: number[]): number {
  if (times.length < 2) return 0;
  const span = Math.max(...firstAndLast(times)) - Math.min(...firstAndLast(times));
  return (span * times.length) / (times.length - 1);
}

/** Frames can be stored out of order, but not far. */
function firstAndLast(times: number[]): number[] {
  return [...times.slice(0, 32), ...times.slice(-32)];
}

async function value(file: FileHandle, { at, size }: Element): Promise<Buffer> {
  if (size === null || size > MAX_VALUE_BYTES) throw new UnreadableMedia('its index is broken');
  const bytes = Buffer.alloc(size);
  await file.read(bytes, 0, size, at);
  return bytes;
}

function unsigned(bytes: Buffer): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

function float(bytes: Buffer): number {
  const seen =
    bytes.length === 8 ? bytes.readDoubleBE() : bytes.length === 4 ? bytes.readFloatBE() : 0;
  return Number.isFinite(seen) && seen > 0 ? seen : 0;
}
