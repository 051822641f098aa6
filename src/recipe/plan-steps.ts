import type { PhaseId } from '../contract/ids.ts';
import { saveMinutes, usual } from './minutes.ts';
import type { History, Step } from './types.ts';

const nothing: Step['cost'] = { downloadBytes: 0, diskBytes: 0, minutes: { low: 0, high: 0 } };

/** One step with what is not free in it. */
export function step(
  phase: PhaseId,
  title: string,
  key: string,
  after: PhaseId[],
  cost: Partial<Step['cost']> = {},
): Step {
  return { phase, title, key, after, cost: { ...nothing, ...cost } };
}

/** Sum of the steps as if they ran one after the other. */
export function sumMinutes(steps: readonly Step[]): { low: number; high: number } {
  const sum = (end: 'low' | 'high') =>
    Math.round(steps.reduce((minutes, { cost }) => minutes + cost.minutes[end], 0) * 10) / 10;
  return { low: sum('low'), high: sum('high') };
}

/** Target `file`, in place of start and test: the image is read, packed and written. */
export function saveStep(digest: string, history: History, imageBytes: number): Step {
  const minutes = usual('deploy', history, saveMinutes(imageBytes));
  return step('deploy', 'image as a file', digest, ['image'], { minutes });
}
