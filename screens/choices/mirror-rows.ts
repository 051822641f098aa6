import { type Choices, type MirrorKind, mirrorKinds } from '../../src/contract/choices.ts';
import type { Measured } from '../../src/machine/network.ts';
import { formatRate } from '../../src/text/format.ts';
import { words } from '../words.ts';

/** One row of the table: a place, how fast it is here, and whether it is used. */
export interface MirrorRow {
  kind: MirrorKind;
  name: string;
  /** What the choice would be; null for the origin. */
  value: string | null;
  speed: string;
  inUse: boolean;
}

export function mirrorRows(measured: readonly Measured[], chosen: Choices['mirrors']): MirrorRow[] {
  return mirrorKinds.flatMap((kind) =>
    measured
      .filter((place) => place.kind === kind)
      .map((place) => {
        const value = place.origin ? null : place.value;
        const speed =
          place.bytesPerSecond !== null
            ? formatRate(place.bytesPerSecond)
            : place.problem !== null
              ? words.mirrors.none(place.problem)
              : words.mirrors.answers(place.answerMs ?? 0);
        return { kind, name: place.name, value, speed, inUse: (chosen?.[kind] ?? null) === value };
      }),
  );
}

/**
 * The fastest place of each kind; an origin is no choice. Kinds of which only the time to an answer
 * is known count by that; where nothing came, the choice stays as it is.
 */
export function fastest(measured: readonly Measured[], chosen: Choices['mirrors'] = {}) {
  const found: NonNullable<Choices['mirrors']> = {};
  for (const kind of mirrorKinds) {
    const places = measured.filter((place) => place.kind === kind && place.problem === null);
    const best = [...places].sort(
      (a, b) =>
        (b.bytesPerSecond ?? 0) - (a.bytesPerSecond ?? 0) || (a.answerMs ?? 0) - (b.answerMs ?? 0),
    )[0];
    if (!best) {
      const kept = chosen[kind];
      if (kept !== undefined) found[kind] = kept;
    } else if (!best.origin) found[kind] = best.value;
  }
  return found;
}
