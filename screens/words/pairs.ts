/** Two texts that belong together, in rows. */
export type Pairs = readonly (readonly [string, string])[];

/** Keeps the rows pairs where their type is inferred. */
export function pairs(rows: Pairs): Pairs {
  return rows;
}
