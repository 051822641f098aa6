/** Bytes [start, end) of a file. */
export interface Range {
  start: number;
  end: number;
}

/** Adds a range to sorted, disjoint ones and joins those that touch. */
export function addRange(ranges: readonly Range[], added: Range): Range[] {
  if (added.end <= added.start) return [...ranges];
  const result: Range[] = [];
  let { start, end } = added;
  let placed = false;
  for (const range of ranges) {
    if (range.end < start) result.push(range);
    else if (range.start > end) {
      if (!placed) result.push({ start, end });
      placed = true;
      result.push(range);
    } else {
      start = Math.min(start, range.start);
      end = Math.max(end, range.end);
    }
  }
  if (!placed) result.push({ start, end });
  return result;
}

/** What of `within` is in none of the ranges. */
export function gaps(ranges: readonly Range[], within: Range): Range[] {
  const result: Range[] = [];
  let at = within.start;
  for (const range of ranges) {
    if (range.end <= at) continue;
    if (range.start >= within.end) break;
    if (range.start > at) result.push({ start: at, end: range.start });
    at = Math.max(at, range.end);
  }
  if (at < within.end) result.push({ start: at, end: within.end });
  return result;
}

export function sumOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, range) => sum + range.end - range.start, 0);
}

/** A range that a connection is working on; `end` may be lowered by another one that helps. */
export interface Claim extends Range {
  readonly id: number;
}

/** Which bytes of a file are written, and who fetches which of the others. */
export class Ledger {
  readonly size: number;
  #done: Range[] = [];
  #claims = new Map<number, Claim>();
  #nextId = 1;

  constructor(size: number, done: readonly Range[] = []) {
    this.size = size;
    for (const range of done) {
      this.#done = addRange(this.#done, {
        start: Math.max(0, range.start),
        end: Math.min(size, range.end),
      });
    }
  }

  get done(): readonly Range[] {
    return this.#done;
  }
  get doneBytes(): number {
    return sumOf(this.#done);
  }
  get complete(): boolean {
    return this.doneBytes === this.size;
  }
  /** Everything before it is written. */
  get frontier(): number {
    const first = this.#done[0];
    return first?.start === 0 ? first.end : 0;
  }

  /** The lowest bytes that nobody fetches, at most `most`; null when all are taken. */
  take(most: number): Claim | null {
    const gap = this.#free({ start: 0, end: this.size })[0];
    if (!gap) return null;
    return this.#claim({ start: gap.start, end: Math.min(gap.end, gap.start + most) });
  }

  /** The second half of the largest claim, when that is worth a connection of its own. */
  split(least: number): Claim | null {
    let largest: Claim | undefined;
    for (const claim of this.#claims.values()) {
      if (!largest || claim.end - claim.start > largest.end - largest.start) largest = claim;
    }
    if (!largest || largest.end - largest.start < 2 * least) return null;
    const middle = largest.start + Math.ceil((largest.end - largest.start) / 2);
    const half = this.#claim({ start: middle, end: largest.end });
    largest.end = middle;
    return half;
  }

  /** Those of the bytes that are neither written nor claimed by somebody else. */
  free(within: Range, own: Claim): Range[] {
    return this.#free(within, own.id);
  }

  wrote(range: Range, claim: Claim): void {
    this.#done = addRange(this.#done, range);
    if (range.start <= claim.start) claim.start = Math.max(claim.start, range.end);
  }

  give(claim: Claim): void {
    this.#claims.delete(claim.id);
  }

  #claim(range: Range): Claim {
    const claim = { ...range, id: this.#nextId };
    this.#nextId += 1;
    this.#claims.set(claim.id, claim);
    return claim;
  }

  #free(within: Range, exceptFor?: number): Range[] {
    let taken: Range[] = this.#done;
    for (const claim of this.#claims.values()) {
      if (claim.id !== exceptFor) taken = addRange(taken, claim);
    }
    return gaps(taken, within);
  }
}
