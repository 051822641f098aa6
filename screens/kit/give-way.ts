/** A part of a screen that can be shorter than it would like to be. */
export interface Part {
  /** Rows that it would fill. */
  wanted: number;
  /** Rows without which it makes no sense; it is left out whole below them. */
  least: number;
  /** The part with the smallest number gives up its rows first. */
  importance: number;
}

/**
 * Rows for each part, in the order given, so that together they fit into `available`.
 * First each part shrinks to its least, the unimportant first; then parts go, the unimportant first.
 */
export function giveWay(parts: readonly Part[], available: number): number[] {
  const given = parts.map((part) => part.wanted);
  const byImportance = parts
    .map((part, index) => ({ part, index }))
    .sort((a, b) => a.part.importance - b.part.importance);
  let over = given.reduce((sum, rows) => sum + rows, 0) - available;
  const take = (index: number, floor: number) => {
    const rows = given[index] ?? 0;
    const taken = Math.min(Math.max(0, rows - floor), Math.max(0, over));
    given[index] = rows - taken;
    over -= taken;
  };
  for (const { part, index } of byImportance) take(index, Math.min(part.least, part.wanted));
  for (const { part, index } of byImportance) {
    if (over > 0 && part.wanted > 0) {
      over -= given[index] ?? 0;
      given[index] = 0;
    }
  }
  // Leaving a part out may have freed more than was needed: the most important gets it back.
  for (const { part, index } of byImportance.toReversed()) {
    const rows = given[index] ?? 0;
    if (over >= 0 || rows === 0) continue;
    const back = Math.min(part.wanted - rows, -over);
    given[index] = rows + back;
    over += back;
  }
  return given;
}
