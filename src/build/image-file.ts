import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { extract } from 'tar-stream';
import { z } from 'zod';
import { Failure } from '../contract/failure.ts';

/** How the file is packed, by its first bytes (RFC 1952 §2.3.1; RFC 8878 §3.1.1; ustar at 257). */
export type Packing = 'tar' | 'gzip' | 'zstd';

export interface ImageFile {
  path: string;
  bytes: number;
  mtimeMs: number;
  packing: Packing;
}

/**
 * Looks at a file that is to hold an image as `docker save` writes it.
 * @throws Failure image-file-missing, image-file-unknown
 */
export async function imageFile(path: string): Promise<ImageFile> {
  let handle: FileHandle;
  try {
    // Opening a named pipe waits for who writes to it.
    if (!(await stat(path)).isFile()) throw new Error('it is not a plain file');
    handle = await open(path);
  } catch (error) {
    throw missing(path, error as Error);
  }
  try {
    const { size: bytes, mtimeMs } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0);
    const packing = packingOf(buffer.subarray(0, bytesRead));
    if (packing === null) throw unknown(path, buffer.subarray(0, Math.min(16, bytesRead)));
    return { path, bytes, mtimeMs, packing };
  } catch (error) {
    // A folder opens, and cannot be read.
    if (error instanceof Failure) throw error;
    throw missing(path, error as Error);
  } finally {
    await handle.close();
  }
}

function packingOf(start: Buffer): Packing | null {
  if (start.subarray(0, 2).equals(Buffer.from([0x1f, 0x8b]))) return 'gzip';
  if (start.subarray(0, 4).equals(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]))) return 'zstd';
  return start.subarray(257, 262).toString('latin1') === 'ustar' ? 'tar' : null;
}

/** The tar in the file. Errors of reading and unpacking come out of the stream. */
export function unpacked(file: ImageFile, signal?: AbortSignal): Readable {
  const source = createReadStream(file.path, signal ? { signal } : {});
  const tool =
    file.packing === 'gzip'
      ? createGunzip()
      : file.packing === 'zstd'
        ? createZstdDecompress()
        : null;
  if (!tool) return source;
  pipeline(source, tool).catch((error: Error) => tool.destroy(error));
  return tool;
}

/** Reading all of a packed file for a label is for small ones; a plan must not take a minute. */
const PEEK_BYTES = 1e9;

const manifestSchema = z.array(z.object({ Config: z.string() })).min(1);
const configSchema = z.object({
  config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).nullish(),
});

/** Labels of the first image in the file; null where it is too large to look, or says none. */
export async function imageFileLabels(file: ImageFile): Promise<Record<string, string> | null> {
  if (file.bytes > PEEK_BYTES) return null;
  const texts = new Map<string, string>();
  const tar = extract();
  tar.on('error', () => undefined);
  tar.on('entry', (header, stream, next) => {
    const parts: Buffer[] = [];
    // manifest.json, and configurations: blobs/sha256/… or <id>.json. Layers are larger.
    const wanted = header.type === 'file' && (header.size ?? 0) < 1e6;
    stream.on('data', (chunk) => {
      if (wanted) parts.push(chunk as Buffer);
    });
    // An entry of a file that is cut off: the pipeline says it too.
    stream.on('error', () => undefined);
    stream.on('end', () => {
      if (wanted) texts.set(header.name, Buffer.concat(parts).toString());
      next();
    });
  });
  try {
    await pipeline(unpacked(file), tar);
    const [first] = manifestSchema.parse(JSON.parse(texts.get('manifest.json') ?? ''));
    const config = configSchema.parse(JSON.parse(texts.get(first?.Config ?? '') ?? ''));
    return config.config?.Labels ?? {};
  } catch {
    // What is wrong with it the engine says, when it loads it.
    return null;
  }
}

function missing(path: string, error: Error): Failure {
  return new Failure(
    {
      code: 'image-file-missing',
      sentence: `There is no image file to read at ${path}.`,
      proof: error.message,
      phase: 'prepare',
    },
    { cause: error },
  );
}

function unknown(path: string, start: Buffer): Failure {
  return new Failure({
    code: 'image-file-unknown',
    sentence: `${path} is no archive that docker save makes: neither tar nor gzip nor zstd.`,
    proof: start.length === 0 ? 'the file is empty' : `it begins with ${start.toString('hex')}`,
    phase: 'prepare',
    fixes: [{ label: 'Save an image as a file', command: 'docker save --output image.tar NAME' }],
  });
}
