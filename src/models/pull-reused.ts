import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Elsewhere } from './elsewhere.ts';
import type { Meter } from './meter.ts';
import type { Place } from './place.ts';
import { outcome, type Pulling, pin } from './pulling.ts';
import { reuse } from './reuse.ts';
import type { ModelOutcome, ResolvedModel, WantedModel } from './types.ts';

/** A file of another filesystem that was found and hashed by an earlier pull. */
export async function foundElsewhere(
  { options }: Pulling,
  wanted: WantedModel,
  known: { sha256: string | null },
): Promise<ModelOutcome | null> {
  const { folder, stateDir, mayMount = true } = options;
  if (!mayMount || !stateDir) return null;
  const found = await new Elsewhere(folder, stateDir).find(wanted.file);
  if (!found || (known.sha256 !== null && known.sha256 !== found.sha256)) return null;
  const { bytes, sha256, path } = found;
  return { ...outcome(wanted, 'reused'), bytes, sha256, path, mount: dirname(path) };
}

/** A file of another program with the size and hash that the hub gives; null when there is none. */
export async function tryReuse(
  pulling: Pulling,
  wanted: WantedModel,
  place: Place,
  resolved: ResolvedModel,
  meter: Meter,
): Promise<ModelOutcome | null> {
  if (resolved.sha256 === null) return null;
  const hash = { bytes: resolved.bytes, sha256: resolved.sha256 };
  const { folder, stateDir, mayMount, clock } = pulling.options;
  const { signal } = pulling;
  const progress = (bytes: number) => meter.state('verifying', bytes);
  const found = await pulling.found();
  const reused = await reuse(place, hash, found, signal, progress, mayMount);
  if (!reused) return null;
  if (reused.kind === 'linked') await pin(pulling, place, { ...resolved, sha256: hash.sha256 });
  else if (stateDir) {
    const { mtimeMs } = await stat(reused.path);
    const at = { path: reused.path, ...hash, mtimeMs };
    await new Elsewhere(folder, stateDir).note(place.file, at, clock, signal);
  }
  return {
    ...outcome(wanted, 'reused'),
    ...hash,
    path: reused.kind === 'linked' ? place.path : reused.path,
    mount: reused.kind === 'linked' ? null : reused.folder,
  };
}
