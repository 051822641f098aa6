import { createContext, type ReactNode, useContext } from 'react';
import type { Line } from './kit/row.tsx';
import { NARROW_COLUMNS, useSurroundings } from './kit/surroundings.tsx';
import { words } from './words.ts';

const StepsContext = createContext<readonly string[]>([]);

/** Tells the pages the names of the steps to the review; wizard.tsx has their order. */
export function StepsProvider(props: { places: readonly string[]; children: ReactNode }) {
  return <StepsContext value={props.places}>{props.children}</StepsContext>;
}

/** The left of the header: where one is among the steps. The bracket stays in colour too. */
export function usePlace(here: string): Line {
  const steps = useContext(StepsContext);
  const { columns } = useSurroundings();
  const way = steps.includes(here) ? steps : [here];
  const named = way.map((place) => (place === here ? `[${place}]` : place));
  if (columns >= NARROW_COLUMNS) {
    return [{ text: `${words.name}   `, tone: 'accent' }, { text: named.join('  ') }];
  }
  // A narrow terminal names the place and how far it is.
  const far = `[${here}] ${way.indexOf(here) + 1}/${way.length}`;
  return [{ text: way.length > 3 ? far : named.join('  ') }];
}
