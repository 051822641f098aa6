import { stat, unlink } from 'node:fs/promises';
import { exitCodes } from '../contract/exit-codes.ts';
import type { Failure } from '../contract/failure.ts';
import type { Clock } from '../ports/clock.ts';
import { modelsFailure } from './failures.ts';
import { Pins } from './pins.ts';
import { placeOf, shownName } from './place.ts';

export interface Removable {
  file: string;
  /** What of it is there: the file, a partial download, or both. */
  paths: string[];
  bytes: number;
}

/**
 * What removing these files would take away. What is not there is not in the list.
 * @throws Failure models-name-escapes, models-link-escapes; models-not-a-file where a folder has the name
 */
export async function removable(folder: string, files: readonly string[]): Promise<Removable[]> {
  const list: Removable[] = [];
  for (const name of files) {
    const place = await placeOf(folder, name, 'person');
    const paths: string[] = [];
    let bytes = 0;
    for (const path of [place.path, place.part, place.state]) {
      const found = await stat(path).catch(() => null);
      if (!found) continue;
      if (found.isDirectory()) throw isFolder(name);
      paths.push(path);
      // Blocks, not size: a partial download is sparse.
      bytes += found.blocks * 512;
    }
    if (paths.length > 0) list.push({ file: place.file, paths, bytes });
  }
  return list;
}

/** Removes them, and what is known of them. @throws ErrnoException */
export async function remove(
  folder: string,
  list: readonly Removable[],
  stateDir: string | null,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const pins = new Pins(folder, stateDir);
  for (const { file, paths } of list) {
    for (const path of paths) await unlink(path);
    await pins.remove(file, clock, signal);
  }
}

function isFolder(name: string): Failure {
  return modelsFailure(
    'models-not-a-file',
    `${shownName(name)} is a folder: models are removed file by file.`,
    {
      proof: name,
      exitCode: exitCodes.usage,
      fixes: [{ label: 'See the names', command: 'steadydancer models list' }],
    },
  );
}
