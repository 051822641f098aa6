import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** What every model file of the small world holds. */
export const MODEL_BYTES = Buffer.alloc(3_000, 'w');

/**
 * Makes docker/models.json of a context one of tiny files: names, folders and choices stay, sizes
 * and hashes are those of MODEL_BYTES.
 * @param change of one file, by its id
 */
export function tinyModels(
  contextDir: string,
  change: (model: { id: string }) => object = () => ({}),
): void {
  const file = join(contextDir, 'models.json');
  const { models } = JSON.parse(readFileSync(file, 'utf8')) as { models: { id: string }[] };
  const sha256 = createHash('sha256').update(MODEL_BYTES).digest('hex');
  const bytes = MODEL_BYTES.length;
  const tiny = models.map((model) => {
    const { match: _, ...rest } = model as { id: string; match?: string };
    const same = { bytes, estimatedBytes: bytes, sha256, gated: false, unverified: [] };
    return { ...rest, ...same, ...change(model) };
  });
  writeFileSync(file, JSON.stringify({ models: tiny }));
}

export interface TinyHub {
  port: number;
  /** `GET /path`, in order. */
  asked: string[];
  /** Paths that get other bytes of the same length. */
  wrong: RegExp | null;
  close(): Promise<void>;
}

/** A hub that gives these bytes for every file, and says what it was asked. */
export async function tinyHub(): Promise<TinyHub> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end(hub.wrong?.test(request.url ?? '') ? Buffer.alloc(3_000, 'x') : MODEL_BYTES);
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const hub: TinyHub = {
    port: (server.address() as AddressInfo).port,
    asked,
    wrong: null,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return hub;
}
