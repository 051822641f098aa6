import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../ports/clock.ts';
import { lockFile } from './file-lock.ts';

/** A model that is used where it was found, on another filesystem than the models folder. */
const foundSchema = z.object({
  path: z.string().startsWith('/'),
  bytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Modification time at which the hash was true of the file. */
  mtimeMs: z.number(),
});
export type FoundElsewhere = z.infer<typeof foundSchema>;
const fileSchema = z.object({ v: z.literal(1), files: z.record(z.string(), foundSchema) });

/**
 * Which models of a folder are used elsewhere. Kept among our own state, never beside the models:
 * what it names is mounted into a container, so only the person themself may write it.
 */
export class Elsewhere {
  readonly #path: string;

  constructor(folder: string, stateDir: string) {
    const name = createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 12);
    this.#path = join(stateDir, `models-${name}.elsewhere.json`);
  }

  /** Where a model is; null when it is not known, or is no longer the file that was seen. */
  async find(file: string): Promise<FoundElsewhere | null> {
    const found = (await this.#read())[file];
    if (!found) return null;
    const now = await stat(found.path).catch(() => null);
    const same = now?.isFile() && now.size === found.bytes && now.mtimeMs === found.mtimeMs;
    return same ? found : null;
  }

  async note(
    file: string,
    found: FoundElsewhere,
    clock: Clock,
    signal: AbortSignal,
  ): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true });
    const lock = await lockFile(`${this.#path}.lock`, clock, signal);
    try {
      const files = { ...(await this.#read()), [file]: found };
      const fresh = `${this.#path}.new`;
      await writeFile(fresh, `${JSON.stringify({ v: 1, files }, null, 2)}\n`, { mode: 0o600 });
      await rename(fresh, this.#path);
    } finally {
      await lock.release();
    }
  }

  async #read(): Promise<Record<string, FoundElsewhere>> {
    try {
      return fileSchema.parse(JSON.parse(await readFile(this.#path, 'utf8'))).files;
    } catch {
      return {};
    }
  }
}
