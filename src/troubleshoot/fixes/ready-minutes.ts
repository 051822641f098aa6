import type { PhaseId } from '../../contract/ids.ts';
import type { Minutes } from '../../recipe/minutes.ts';
import type { Planned } from '../../recipe/types.ts';
import type { FailedRun } from './types.ts';

/**
 * Minutes until a run that is tried again is ready: the steps of its plan that are not done yet. Done
 * is what the failed run did under the same key; of the build that broke, the share of its steps that
 * is kept. An estimate: what a step takes is history's or the table's.
 */
export function readyMinutes(run: FailedRun, now: Planned): Minutes {
  const done = new Set<PhaseId>(
    (run.result?.phases ?? []).filter(({ ok }) => ok).map(({ id }) => id),
  );
  const before = new Set(run.planned?.steps.map(({ key }) => key));
  const kept = run.steps.total > 0 ? run.steps.done / run.steps.total : 0;
  const sum = { low: 0, high: 0 };
  for (const { phase, key, cost } of now.steps) {
    const same = before.has(key);
    if (same && done.has(phase)) continue;
    const left = same && phase === run.phase && isBuild(phase) ? 1 - kept : 1;
    sum.low += cost.minutes.low * left;
    sum.high += cost.minutes.high * left;
  }
  return sum;
}

function isBuild(phase: PhaseId): boolean {
  return phase === 'dependencies' || phase === 'image';
}
