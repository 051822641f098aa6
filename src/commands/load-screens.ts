import type { Io } from './io.ts';

/** How the screens of one run behave. */
export interface RunScreenOptions {
  /** The run was started here: SIGTERM stops it. A run that is only looked at goes on. */
  owns: boolean;
  /** `--yes`: nobody waits for a key, the screens go when the run has ended. */
  closes: boolean;
}

/** What the bundle of the screens offers (screens/entry.ts). */
export interface Screens {
  wizard(io: Io, version: string): Promise<number>;
  attach(io: Io, runId: string, options: RunScreenOptions): Promise<number>;
}

/** True where words can be drawn over: a terminal at both ends that knows the cursor's commands. */
export function drawsScreens(
  io: Io,
  options: { json?: boolean; plain?: boolean; detach?: boolean } = {},
): boolean {
  const asked = !options.json && !options.plain && !options.detach;
  return asked && io.interactive && io.env.TERM !== 'dumb';
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
