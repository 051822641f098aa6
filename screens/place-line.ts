import type { Line } from './kit/row.tsx';
import { NARROW_COLUMNS } from './kit/surroundings.tsx';
import { words } from './words.ts';

const places = ['machine', 'review'] as const;

/** Where one is: the bracket stays in colour too. */
export function placeLine(here: (typeof places)[number], columns: number): Line {
  const way = places.map((place) =>
    place === here ? `[${words[place].place}]` : words[place].place,
  );
  const name = columns < NARROW_COLUMNS ? '' : `${words.name}   `;
  return [{ text: name, tone: 'accent' }, { text: way.join('  ') }];
}
