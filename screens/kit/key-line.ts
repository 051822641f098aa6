import { cells } from './cells.ts';
import type { Line, Span } from './row.tsx';

export interface KeyHint {
  key: string;
  does: string;
  /** The first that may be left out where the line is too long. */
  optional?: boolean;
  /** The line shows the key alone; what it does is told by `?`. */
  terse?: boolean;
}

/**
 * The keys that work here, Enter's meaning first. What does not fit is left out from the optional
 * ones on, then loses its words; `?` shows all.
 */
export function keyLine(hints: readonly KeyHint[], width: number): Line {
  const shown = hints.map((hint) => (hint.terse ? { ...hint, does: '' } : hint));
  const long = () => cells(shown.map(hintText).join('   '));
  while (long() > width) {
    const at = shown.findLastIndex((hint) => hint.optional);
    if (at === -1) break;
    shown.splice(at, 1);
  }
  for (let at = shown.length - 1; at >= 0 && long() > width; at--) {
    const hint = shown[at];
    if (hint) shown[at] = { ...hint, does: '' };
  }
  return shown.flatMap((hint, index): Span[] => [
    { text: index === 0 ? '' : '   ' },
    { text: hint.key, tone: 'strong' },
    { text: hint.does === '' ? '' : ` ${hint.does}`, tone: 'quiet' },
  ]);
}

function hintText({ key, does }: KeyHint): string {
  return does === '' ? key : `${key} ${does}`;
}
