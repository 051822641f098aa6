import { stat } from 'node:fs/promises';
import { contentProblem } from './content.ts';
import { sha256Of } from './hashing.ts';
import type { Pin } from './pins.ts';
import type { Place } from './place.ts';

export interface Expected {
  bytes: number | null;
  sha256: string | null;
}

/** What stands under the final name of a model. */
export type Presence =
  | { kind: 'absent' }
  | { kind: 'right'; bytes: number; sha256: string; mtimeMs: number; hashed: boolean }
  /** Its content is what its name says, and nobody knows its hash. */
  | { kind: 'plausible'; bytes: number; sha256: string; mtimeMs: number }
  | { kind: 'wrong'; bytes: number; sha256: string | null };

/**
 * Compares what is there with what is expected, by size first. With `trust`, a file whose size and
 * time are those of its pin is not read again.
 * @throws ErrnoException, or the signal's reason
 */
export async function presence(
  place: Place,
  expected: Expected,
  pin: Pin | undefined,
  trust: boolean,
  signal: AbortSignal,
  onProgress: (bytes: number, totalBytes: number) => void = () => undefined,
): Promise<Presence> {
  const found = await stat(place.path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
  if (!found) return { kind: 'absent' };
  const { size: bytes, mtimeMs } = found;
  if (!found.isFile()) return { kind: 'wrong', bytes: 0, sha256: null };
  if (expected.bytes !== null && expected.bytes !== bytes)
    return { kind: 'wrong', bytes, sha256: null };
  const pinned = pin && pin.bytes === bytes && pin.mtimeMs === mtimeMs ? pin.sha256 : null;
  const trusted = trust ? pinned : null;
  const sha256 =
    trusted ?? (await sha256Of(place.path, bytes, signal, (done) => onProgress(done, bytes)));
  if (expected.sha256 === sha256) {
    return { kind: 'right', bytes, sha256, mtimeMs, hashed: trusted === null };
  }
  if (expected.sha256 !== null || (await contentProblem(place.path, place.file))) {
    return { kind: 'wrong', bytes, sha256 };
  }
  return { kind: 'plausible', bytes, sha256, mtimeMs };
}
