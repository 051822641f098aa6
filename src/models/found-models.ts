import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { filesBySize } from './reuse.ts';
import type { WantedModel } from './types.ts';

/** A plan waits for the search of other programs' folders no longer. */
const LIMIT_MS = 1_500;
/** Where the size is not known, a file of the right name counts when it has this share of the estimate. */
const LEAST_SHARE = 0.8;

export interface FoundModel {
  id: string;
  path: string;
  bytes: number;
  /** On another filesystem than the models folder: it would be used from there. */
  elsewhere: boolean;
}

/**
 * Which models other programs seem to have: by size, or where that is not known by name. Fast enough
 * for a plan, and no proof; the phase that brings models compares hashes.
 */
export async function foundModels(
  folder: string,
  wanted: readonly (WantedModel & { estimatedBytes: number })[],
  places: readonly string[],
  signal: AbortSignal,
  nowMs: () => number = () => performance.now(),
): Promise<FoundModel[]> {
  if (wanted.length === 0) return [];
  const began = nowMs();
  const files = await filesBySize(places, signal, () => nowMs() - began > LIMIT_MS);
  const all = [...files.values()].flat();
  const own = await deviceOf(folder);
  const found: FoundModel[] = [];
  for (const { id, file, origin, bytes, estimatedBytes } of wanted) {
    const names = [file, origin.kind === 'hub' ? origin.path : ''].map(
      (name) => name.split('/').at(-1) ?? '',
    );
    const fits =
      bytes !== null
        ? files.get(bytes)?.[0]
        : all.find(
            (one) =>
              one.bytes >= estimatedBytes * LEAST_SHARE &&
              one.names.some((name) => names.includes(name)),
          );
    if (!fits) continue;
    const device = await deviceOf(fits.path);
    found.push({ id, path: fits.path, bytes: fits.bytes, elsewhere: device !== own });
  }
  return found;
}

/** Of the path, or of the nearest folder above it that is there. */
async function deviceOf(path: string): Promise<number | null> {
  for (let at = path; ; at = dirname(at)) {
    const found = await stat(at).catch(() => null);
    if (found) return found.dev;
    if (at === dirname(at)) return null;
  }
}
