import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { ModelOutcome, WantedModel } from './types.ts';

const recordSchema = z.object({
  v: z.literal(1),
  /** When the volume was made: one that was removed and made again is empty. */
  createdAt: z.string(),
  files: z.record(
    z.string(),
    z.object({ bytes: z.int().nonnegative(), sha256: z.string().nullable() }),
  ),
});

/** What was last seen in a volume: for a plan, which looks into none. It proves nothing. */
export class VolumeRecord {
  readonly #path: string;

  constructor(volume: string, stateDir: string) {
    this.#path = join(stateDir, `volume-${volume}.json`);
  }

  async note(createdAt: string, seen: readonly ModelOutcome[]): Promise<void> {
    const files = await this.#files(createdAt);
    for (const { file, state, bytes, sha256 } of seen) {
      const there = state === 'present' || state === 'done';
      if (there && bytes !== null) files[file] = { bytes, sha256 };
      else delete files[file];
    }
    await mkdir(dirname(this.#path), { recursive: true });
    await writeFile(`${this.#path}.new`, JSON.stringify({ v: 1, createdAt, files }, null, 2));
    await rename(`${this.#path}.new`, this.#path);
  }

  async present(
    createdAt: string,
    wanted: readonly WantedModel[],
  ): Promise<{ id: string; file: string; bytes: number }[]> {
    const files = await this.#files(createdAt);
    return wanted.flatMap(({ id, file, bytes, sha256 }) => {
      const seen = files[file];
      const same =
        seen &&
        (bytes === null || bytes === seen.bytes) &&
        (sha256 === null || sha256 === seen.sha256);
      return same ? [{ id, file, bytes: seen.bytes }] : [];
    });
  }

  async #files(createdAt: string): Promise<z.infer<typeof recordSchema>['files']> {
    try {
      const record = recordSchema.parse(JSON.parse(await readFile(this.#path, 'utf8')));
      return record.createdAt === createdAt ? record.files : {};
    } catch {
      return {};
    }
  }
}
