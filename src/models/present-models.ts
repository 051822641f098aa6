import { stat } from 'node:fs/promises';
import { Pins } from './pins.ts';
import { placeOf } from './place.ts';
import type { WantedModel } from './types.ts';

/**
 * Which models seem to be there, by name and size alone: fast enough for a plan, and no proof. The
 * phase that brings them verifies each.
 */
export async function presentModels(
  folder: string,
  wanted: readonly WantedModel[],
  stateDir: string | null,
): Promise<{ id: string; path: string; bytes: number }[]> {
  const pins = await new Pins(folder, stateDir).read().catch(() => ({}) as Record<string, never>);
  const present: { id: string; path: string; bytes: number }[] = [];
  for (const model of wanted) {
    const place = await placeOf(folder, model.file).catch(() => null);
    const found = place ? await stat(place.path).catch(() => null) : null;
    if (!place || !found?.isFile()) continue;
    const expected = model.bytes ?? pins[place.file]?.bytes ?? null;
    if (expected === found.size)
      present.push({ id: model.id, path: place.path, bytes: found.size });
  }
  return present;
}
