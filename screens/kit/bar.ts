import type { Line } from './row.tsx';
import type { Theme, Tone } from './theme.ts';

/** `[####----]` over `width` cells. Empty for a screen reader: the figure beside it says it. */
export function bar(fraction: number, width: number, theme: Theme, tone: Tone): Line {
  if (theme.screenReader || width < 4) return [];
  const inside = width - 2;
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * inside);
  return [
    { text: '[' },
    { text: theme.bar.full.repeat(full), tone },
    { text: theme.bar.empty.repeat(inside - full), tone: 'quiet' },
    { text: ']' },
  ];
}
