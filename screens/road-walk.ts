import type { EngineRoad } from '../src/machine/engine-roads.ts';
import type { Provided } from '../src/machine/provide-engine.ts';
import type { Machine } from '../src/machine/types.ts';
import type { WizardDeps } from './deps.ts';

/** Does something on the main screen and comes back. */
export type HandOver = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Walks a road to an engine once there are the rights for it: where sudo wants a password, it is
 * asked for on the main screen. Throws the Failure of the command that did not work.
 */
export async function walkWithRights(
  road: EngineRoad,
  machine: Partial<Machine>,
  deps: Pick<WizardDeps, 'rootRights' | 'askPassword' | 'walkRoad'>,
  on: {
    /** Rights are there, the first command is next. */
    onBegin: () => void;
    onLine: (line: string) => void;
    handOver: HandOver;
    signal: AbortSignal;
  },
): Promise<Provided | 'no-root'> {
  if (road.root && !(await becomeRoot(deps, on.handOver))) return 'no-root';
  on.onBegin();
  return deps.walkRoad(road, machine, on.onLine, on.signal);
}

/** Root rights, after sudo's question where it wants a password; false where there are none. */
export async function becomeRoot(
  { rootRights, askPassword }: Pick<WizardDeps, 'rootRights' | 'askPassword'>,
  handOver: HandOver,
): Promise<boolean> {
  const rights = await rootRights();
  return rights === 'password' ? handOver(askPassword) : rights === 'have';
}
