import type { Placement, ResolvedChoices } from '../contract/choices.ts';
import type { Machine } from '../machine/types.ts';

/** Where the models go, and why. */
export function recommendPlacement(
  choices: ResolvedChoices,
  machine: Machine,
): { value: Placement; reason: string; change: string | null; chosen: boolean } {
  const chosen = choices.placement !== undefined;
  const { engine, host } = machine;
  const as = (value: Placement, reason: string, change: string | null = null) => ({
    value: choices.placement ?? value,
    reason: chosen ? 'as chosen' : reason,
    change: chosen ? null : change,
    chosen,
  });
  switch (choices.target) {
    case 'runpod':
      return as('volume', "fetched once onto the pod's network volume");
    case 'ssh':
    case 'file':
      return as('folder', 'fetched where it will run, into a folder');
    case 'local':
      break;
    default:
      return choices.target satisfies never;
  }
  if (engine.state === 'ready' && engine.endpoint.remote) {
    return as('volume', 'the engine is on another machine: a folder of this one is not there');
  }
  if (host.wslDistro !== null || (engine.state === 'ready' && engine.desktop)) {
    return as('volume', "in Docker's own disk: fastest to load, and takes up what the build frees");
  }
  return as('folder', 'a folder of yours: other programs can use the files', 'a volume hides them');
}
