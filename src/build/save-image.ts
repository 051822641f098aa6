import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import type Docker from 'dockerode';
import { exitCodes } from '../contract/exit-codes.ts';
import { Failure } from '../contract/failure.ts';
import { formatBytes } from '../text/format.ts';

/** Ends of names that `imageFile` takes; zstd is in Node since 22.15 (nodejs.org/api/zlib). */
export const packedAs = typeof zlib.createZstdCompress === 'function' ? 'zst' : 'gz';

/** Weights and libraries pack to no more than this part of an unpacked image (stacks.json: 0.4-0.5). */
const LARGEST_PART = 0.6;
/** A tar ends with two blocks of zeros (POSIX pax, "ustar Interchange Format"). */
const TAR_END = 1024;

/** A folder that cannot be written, or is none. */
const NOT_OURS = ['EACCES', 'EROFS', 'EPERM', 'ENOTDIR', 'EEXIST', 'EISDIR', 'ENOENT'];

export interface SaveImage {
  /** Name or id in the engine. */
  image: string;
  /** As the engine counts it, unpacked; null where it does not tell. */
  bytes: number | null;
  path: string;
  /** Unpacked bytes that have been read of the engine. */
  onBytes(read: number): void;
}

/**
 * Writes an image as `docker save` does, packed, under a name that it gets only when it is whole and
 * on the disk. Gives the size of the file in bytes.
 * @throws Failure image-file-no-space, image-file-not-writable, image-not-saved, or the signal's reason
 */
export async function saveImage(
  docker: Docker,
  { image, bytes, path, onBytes }: SaveImage,
  signal: AbortSignal,
): Promise<number> {
  const part = `${path}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await checkSpace(path, bytes);
    const source = (await docker.getImage(image).get()) as unknown as Readable;
    const tar = new TarWatch(onBytes);
    const packer =
      packedAs === 'zst'
        ? zlib.createZstdCompress({
            params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 },
          })
        : zlib.createGzip({ level: 3 });
    await pipeline(source, tar, packer, createWriteStream(part, { mode: 0o644 }), { signal });
    if (!tar.complete)
      throw notSaved(image, `the engine sent ${formatBytes(tar.passed)} and no end`);
    await toDisk(part);
    await rename(part, path);
    await toDisk(dirname(path));
    return (await stat(path)).size;
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    signal.throwIfAborted();
    throw error instanceof Failure ? error : known(error as NodeJS.ErrnoException, image, path);
  }
}

/** Counts what goes through, and sees whether it ends as a tar does. */
class TarWatch extends Transform {
  passed = 0;
  #last = Buffer.alloc(0);
  readonly #onBytes: (read: number) => void;

  constructor(onBytes: (read: number) => void) {
    super();
    this.#onBytes = onBytes;
  }

  get complete(): boolean {
    return this.#last.byteLength === TAR_END && this.#last.every((byte) => byte === 0);
  }

  override _transform(chunk: Buffer, _encoding: string, done: (e: null, out: Buffer) => void) {
    this.passed += chunk.byteLength;
    this.#last = Buffer.concat([this.#last, chunk.subarray(-TAR_END)]).subarray(-TAR_END);
    this.#onBytes(this.passed);
    done(null, chunk);
  }
}

/** What a power cut would take is nothing that was saved. */
async function toDisk(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function checkSpace(path: string, bytes: number | null): Promise<void> {
  if (bytes === null) return;
  const { bavail, bsize } = await statfs(dirname(path));
  const needed = bytes * LARGEST_PART;
  if (bavail * bsize >= needed) return;
  throw noSpace(path, `${formatBytes(bavail * bsize)} free, up to ${formatBytes(needed)} needed`);
}

function known(error: NodeJS.ErrnoException, image: string, path: string): Failure {
  const { code, message } = error;
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') return noSpace(path, message);
  if (code !== undefined && NOT_OURS.includes(code)) {
    return new Failure(
      {
        code: 'image-file-not-writable',
        sentence: `The image cannot be saved in ${dirname(path)}.`,
        proof: message,
        phase: 'deploy',
        fixes: [
          { label: 'Name another folder', command: 'steadydancer run --set outputDir=FOLDER' },
        ],
      },
      { cause: error },
    );
  }
  return notSaved(image, message);
}

function noSpace(path: string, proof: string): Failure {
  return new Failure({
    code: 'image-file-no-space',
    sentence: `There is no room in ${dirname(path)} for the image as a file; nothing of it is left there.`,
    proof,
    phase: 'deploy',
    fixes: [
      { label: 'Name another folder', command: 'steadydancer run --set outputDir=FOLDER' },
      { label: 'See what can be removed', command: 'steadydancer clean' },
    ],
    exitCode: exitCodes.disk,
  });
}

function notSaved(image: string, proof: string): Failure {
  return new Failure({
    code: 'image-not-saved',
    sentence: `The engine did not give out the image ${image} whole.`,
    proof,
    phase: 'deploy',
    fixes: [{ label: 'Try it by hand', command: `docker save --output image.tar ${image}` }],
  });
}
