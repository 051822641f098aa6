import type { Choices } from '../contract/choices.ts';

/** Later choices win; `mirrors` and `smoke` are merged key by key. `undefined` chooses nothing. */
export function mergeChoices(...layers: readonly Choices[]): Choices {
  const merged: Record<string, unknown> = {};
  for (const layer of layers) {
    for (const [key, value] of Object.entries(layer)) {
      if (value === undefined) continue;
      merged[key] =
        key === 'mirrors' || key === 'smoke'
          ? { ...(merged[key] as object), ...(value as object) }
          : value;
    }
  }
  return merged as Choices;
}
