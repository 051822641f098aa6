import { createHash } from 'node:crypto';
import { createReadStream, openAsBlob } from 'node:fs';
import { basename, extname } from 'node:path';
import type { ComfyClient } from '../client.ts';

/**
 * Puts a file into the server's input folder under a name of its content: the same file twice is one
 * file there, and nobody else's is replaced. Gives the name that a loader takes.
 */
export async function uploadSource(
  client: ComfyClient,
  path: string,
  signal: AbortSignal,
): Promise<string> {
  const name = await contentName(path, signal);
  const data = await openAsBlob(path);
  const uploaded = await client.upload({ name, data, overwrite: true }, { signal });
  return uploaded.subfolder ? `${uploaded.subfolder}/${uploaded.filename}` : uploaded.filename;
}

async function contentName(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { signal })) hash.update(chunk as Buffer);
  const extension = extname(path).toLowerCase();
  // Loaders read brackets at the end of a name as a folder, and some codecs want plain names.
  const stem = basename(path, extname(path))
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9_-]+/g, '_')
    .slice(0, 40);
  return `sd_${stem}_${hash.digest('hex').slice(0, 12)}${extension}`;
}
