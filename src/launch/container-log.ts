import { createWriteStream, type WriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { redact } from '../text/redact.ts';
import { LineSanitiser } from '../text/sanitise.ts';

/** More of a container's output is kept only by the engine (rotated there). */
export const RAW_LOG_BYTES = 64 * 1024 * 1024;
const HEADER_BYTES = 8;

export interface FollowOptions {
  /** Only what was said after this moment of the engine's clock (ISO-8601). */
  since?: string;
  /** Only what is said from now on. */
  fromNow?: boolean;
  /** False: only what was said up to now. Default true. */
  follow?: boolean;
  /** One sanitised line. */
  onLine: (line: string) => void;
  /** Raw bytes are appended here, up to `rawBytes`. */
  rawFile?: string;
  rawBytes?: number;
}

export interface FollowedLog {
  /** Settles when the container ended and all was read, or after close(). Never rejects. */
  ended: Promise<void>;
  close(): Promise<void>;
}

/**
 * Follows a container's output: sanitised lines to a callback, raw bytes to a file. Works on one
 * that runs and on one that has ended already, so that no word of a short life is lost.
 */
export async function followContainerLog(
  container: Docker.Container,
  options: FollowOptions,
): Promise<FollowedLog> {
  const stopped = new AbortController();
  const stream = await logStream(container, {
    follow: options.follow ?? true,
    stdout: true,
    stderr: true,
    ...(options.since === undefined ? {} : { since: engineTime(options.since) }),
    ...(options.fromNow ? { tail: 0 } : {}),
    abortSignal: stopped.signal,
  });
  const raw = options.rawFile === undefined ? null : rawLog(options.rawFile, options.rawBytes);
  const lines = { 1: new LineSanitiser(), 2: new LineSanitiser() };
  const say = (list: string[]) => {
    for (const line of list) options.onLine(redact(line));
  };
  const frames = new FrameReader((channel, bytes) => {
    raw?.write(bytes);
    say(lines[channel].push(bytes));
  });
  const ended = new Promise<void>((resolve) => {
    stream.on('data', (chunk: Buffer) => frames.push(chunk));
    // An engine that goes away ends the stream with an error; what it means is seen elsewhere.
    for (const event of ['end', 'close', 'error']) stream.once(event, () => resolve());
  }).then(async () => {
    say([...lines[1].end(), ...lines[2].end()]);
    await raw?.end();
  });
  return {
    ended,
    close: async () => {
      stopped.abort();
      (stream as unknown as { destroy(): void }).destroy();
      await ended;
    },
  };
}

type LogOptions = Omit<Docker.ContainerLogsOptions, 'follow'> & { follow: boolean };

/** Without `follow` dockerode gives the whole output as one buffer: bounded by the engine's rotation. */
async function logStream(
  container: Docker.Container,
  { follow, ...options }: LogOptions,
): Promise<NodeJS.ReadableStream> {
  if (follow) return container.logs({ ...options, follow: true });
  return Readable.from([await container.logs({ ...options, follow: false })]);
}

/** The engine takes seconds with a fraction, as text: a number would lose the nanoseconds. */
function engineTime(iso: string): string {
  const [, fraction = '0'] = /\.(\d{1,9})/.exec(iso) ?? [];
  return `${Math.floor(new Date(iso).getTime() / 1000)}.${fraction.padEnd(9, '0')}`;
}

/**
 * The engine's stream format without a terminal: channel, three zero bytes, length as big-endian
 * 32 bits, payload (Docker Engine API, ContainerAttach "Stream format").
 */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);
  readonly #onFrame: (channel: 1 | 2, bytes: Buffer) => void;

  constructor(onFrame: (channel: 1 | 2, bytes: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  push(chunk: Buffer): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (bytes.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + bytes.readUInt32BE(4);
      if (bytes.length < end) break;
      this.#onFrame(bytes[0] === 2 ? 2 : 1, bytes.subarray(HEADER_BYTES, end));
      bytes = bytes.subarray(end);
    }
    this.#rest = bytes;
  }
}

function rawLog(file: string, limit: number = RAW_LOG_BYTES) {
  const stream: WriteStream = createWriteStream(file, { flags: 'a', mode: 0o600 });
  // A full disk must not end the launch: the lines still reach the callback and the engine's log.
  stream.on('error', () => {});
  let written = 0;
  let cut = false;
  return {
    write(bytes: Buffer): void {
      if (cut) return;
      const kept = bytes.subarray(0, limit - written);
      written += kept.length;
      stream.write(Buffer.from(kept));
      if (kept.length === bytes.length) return;
      cut = true;
      stream.write(`\n[cut after ${limit} bytes; docker logs has the rest]\n`);
    },
    end: () => new Promise<void>((resolve) => stream.end(() => resolve())),
  };
}
