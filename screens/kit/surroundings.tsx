import { createContext, type ReactNode, useContext } from 'react';
import { type Theme, themeFor } from './theme.ts';

/** The terminal that a screen is drawn in. */
export interface Surroundings {
  columns: number;
  rows: number;
  theme: Theme;
  /** The person's home folder, as HOME says. */
  home: string | null;
}

const SurroundingsContext = createContext<Surroundings>({
  columns: 80,
  rows: 24,
  theme: themeFor({}),
  home: null,
});

export function SurroundingsProvider({
  value,
  children,
}: {
  value: Surroundings;
  children: ReactNode;
}) {
  return <SurroundingsContext value={value}>{children}</SurroundingsContext>;
}

export function useSurroundings(): Surroundings {
  return useContext(SurroundingsContext);
}

/** Below this label columns go and tables keep the name and the figure that decides (MOCKUPS C7). */
export const NARROW_COLUMNS = 60;
/** Below this the log gives up its rows first, then GPU, then folded steps. */
export const LOW_ROWS = 20;
