import type { Io } from './io.ts';

/** What the bundle of the screens offers (screens/entry.ts). */
export interface Screens {
  wizard(io: Io, version: string): Promise<number>;
  attach(io: Io, runId: string): Promise<number>;
}

/**
 * Loads the screens at run time, from beside the program: src/ never imports them, so the engine
 * works, and is tested, without Ink.
 */
export async function loadScreens(): Promise<Screens> {
  const beside = new URL(
    import.meta.url.includes('/chunks/') ? '../screens.js' : './screens.js',
    import.meta.url,
  );
  return (await import(beside.href)) as Screens;
}
