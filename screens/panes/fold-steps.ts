import type { BuildStep } from '../../src/pipeline/steps.ts';
import { isGoing, isOver } from '../run-steps.ts';

/** A row of the list: a step, or so many that are folded where they stand. */
export type StepRow = { step: BuildStep } | { folded: readonly BuildStep[] };

/**
 * The steps in at most `rows` rows, in the order of the build, so that a step that changes its state
 * changes in place. Running and failed ones never fold, nor does the one under the cursor; of the
 * others the oldest finished and the last waiting fold first, into a row where they stand.
 */
export function foldSteps(
  steps: readonly BuildStep[],
  rows: number,
  cursor: string | null = null,
): StepRow[] {
  if (rows < 1) return [];
  if (steps.length <= rows) return steps.map((step) => ({ step }));
  const going = [...steps.keys()].filter((at) => isGoing(steps[at] as BuildStep));
  const kept = new Set(going);
  for (const at of candidates(steps, going, cursor)) {
    if (kept.has(at)) continue;
    kept.add(at);
    if (kept.size + gaps(kept, steps.length) > rows) kept.delete(at);
  }
  const list = listed(steps, kept);
  // Too low even for those that never fold: no row is spent on what is left out.
  return list.length <= rows ? list : list.filter((row) => 'step' in row).slice(0, rows);
}

/** Those beside the cursor or, without one, the last finished and the next waiting, by turns. */
function candidates(
  steps: readonly BuildStep[],
  going: readonly number[],
  cursor: string | null,
): number[] {
  const at = cursor === null ? -1 : steps.findIndex(({ id }) => id === cursor);
  const overAt = steps.findLastIndex(isOver);
  const up = at === -1 ? (going[0] ?? overAt + 1) : at;
  const down = at === -1 ? (going.at(-1) ?? overAt) : at;
  const order: number[] = at === -1 ? [] : [at];
  // First what lies between those that run: filling it costs no row for a fold.
  for (let between = up + 1; between < down; between += 1) order.push(between);
  for (let by = 1; by <= steps.length; by += 1) {
    if (down + by < steps.length) order.push(down + by);
    if (up - by >= 0) order.push(up - by);
  }
  return order;
}

function gaps(kept: ReadonlySet<number>, length: number): number {
  let count = 0;
  for (let at = 0; at < length; at += 1) {
    if (!kept.has(at) && (at === 0 || kept.has(at - 1))) count += 1;
  }
  return count;
}

function listed(steps: readonly BuildStep[], kept: ReadonlySet<number>): StepRow[] {
  const rows: StepRow[] = [];
  let folded: BuildStep[] = [];
  const unfold = () => {
    if (folded.length > 0) rows.push({ folded });
    folded = [];
  };
  for (const [at, step] of steps.entries()) {
    if (!kept.has(at)) folded.push(step);
    else {
      unfold();
      rows.push({ step });
    }
  }
  unfold();
  return rows;
}
