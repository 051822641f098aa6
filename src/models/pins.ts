import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../ports/clock.ts';
import { lockFile } from './file-lock.ts';

/** What was seen of a file when it was fetched or verified. */
const pinSchema = z.object({
  /** Where it came from, without secrets; null for a file that was found. */
  url: z.string().nullable(),
  commit: z.string().nullable(),
  bytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Modification time at which the hash was true of the file. */
  mtimeMs: z.number(),
});
export type Pin = z.infer<typeof pinSchema>;

const pinsSchema = z.object({ v: z.literal(1), files: z.record(z.string(), pinSchema) });
const NAME = 'models.lock.json';

/**
 * The lock beside the models: which commit, size and hash each file was seen to have. Where the
 * folder cannot be written it is in the state folder, under a name made from the models folder.
 */
export class Pins {
  readonly #folder: string;
  readonly #stateDir: string | null;

  constructor(folder: string, stateDir: string | null) {
    this.#folder = folder;
    this.#stateDir = stateDir;
  }

  /** A lock that is damaged counts as none: it saves work, it proves nothing. */
  async read(): Promise<Record<string, Pin>> {
    const beside = await readPins(join(this.#folder, NAME));
    const kept = this.#stateDir ? await readPins(this.#statePath(this.#stateDir)) : null;
    return { ...beside, ...kept };
  }

  async put(file: string, pin: Pin, clock: Clock, signal: AbortSignal): Promise<void> {
    await this.#change(clock, signal, (files) => ({ ...files, [file]: pin }));
  }

  async remove(file: string, clock: Clock, signal: AbortSignal): Promise<void> {
    await this.#change(clock, signal, ({ [file]: _removed, ...files }) => files);
  }

  async #change(
    clock: Clock,
    signal: AbortSignal,
    change: (files: Record<string, Pin>) => Record<string, Pin>,
  ): Promise<void> {
    const path = await this.#writablePath();
    if (path === null) return;
    await mkdir(dirname(path), { recursive: true });
    const lock = await lockFile(`${path}.part.lock`, clock, signal);
    try {
      const files = change((await readPins(path)) ?? {});
      const sorted = Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
      await writeFile(`${path}.part`, `${JSON.stringify({ v: 1, files: sorted }, null, 2)}\n`);
      await rename(`${path}.part`, path);
    } finally {
      await lock.release();
    }
  }

  async #writablePath(): Promise<string | null> {
    try {
      await access(this.#folder, constants.W_OK);
      return join(this.#folder, NAME);
    } catch {
      return this.#stateDir ? this.#statePath(this.#stateDir) : null;
    }
  }

  #statePath(stateDir: string): string {
    const name = createHash('sha256').update(resolve(this.#folder)).digest('hex').slice(0, 12);
    return join(stateDir, `models-${name}.lock.json`);
  }
}

async function readPins(path: string): Promise<Record<string, Pin> | null> {
  try {
    const parsed = pinsSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return parsed.success ? parsed.data.files : null;
  } catch {
    return null;
  }
}
