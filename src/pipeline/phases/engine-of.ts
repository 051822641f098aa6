import type { RunContext, RunFacts } from '../context.ts';

/** The engine that prepare connected to; every later phase waits for prepare. */
export function engineOf({ facts }: RunContext): NonNullable<RunFacts['engine']> {
  if (!facts.engine) throw new Error('prepare has not run');
  return facts.engine;
}
