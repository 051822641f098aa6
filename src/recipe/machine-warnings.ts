import type { PlanWarning } from '../contract/plan.ts';
import type { Machine } from '../machine/types.ts';

/** What the plan could not look at, said so that nobody takes silence for "all well". */
export function unseen(machine: Machine): PlanWarning[] {
  const warnings: PlanWarning[] = [];
  if (machine.engine.state !== 'ready') {
    warnings.push({
      code: `engine-${machine.engine.state}`,
      text: `${machine.engine.sentence} What is in Docker's disk was not looked at.`,
    });
  }
  const blind = machine.disk.filter((disk) => disk.freeBytes === null).map((disk) => disk.place);
  if (blind.length > 0) {
    warnings.push({
      code: 'disk-unseen',
      text: `Free space was not seen for: ${blind.join(', ')}.`,
    });
  }
  return warnings;
}
