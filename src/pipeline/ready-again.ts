import type { ReadyAgain } from '../contract/diagnosis.ts';
import type { History } from '../recipe/types.ts';
import { formatDuration } from '../text/format.ts';

const MINUTE_MS = 60_000;

/**
 * Minutes until a stopped build is done once it goes on: what the build took here before, less what
 * this one has done and keeps, but never less than the stopped step itself, which starts again.
 * Without an earlier build only the step's own time is known, and that is said.
 * @param doneMs what the build had run, the stopped step included
 * @param stepMs what the stopped step had run
 */
export function readyAgain(history: History, doneMs: number, stepMs: number): ReadyAgain {
  const earlier = (history.phaseMs.image ?? []).slice(0, 5);
  const keptMs = Math.max(0, doneMs - stepMs);
  const step = `the stopped step had run ${formatDuration(stepMs)} and starts again`;
  if (earlier.length === 0) {
    return { minutes: span(stepMs, stepMs), basis: `at least: ${step}` };
  }
  const [low, high] = [Math.min(...earlier), Math.max(...earlier)];
  const left = (ms: number) => Math.max(stepMs, ms - keptMs);
  const builds = earlier.length === 1 ? 'the last build' : `the last ${earlier.length} builds`;
  return {
    minutes: span(left(low), left(high)),
    basis: `${builds} here took ${low === high ? '' : `${formatDuration(low)} to `}${formatDuration(high)}, ${formatDuration(keptMs)} of this one are kept; ${step}`,
  };
}

function span(lowMs: number, highMs: number): { low: number; high: number } {
  const minutes = (ms: number) => Math.round((ms / MINUTE_MS) * 100) / 100;
  return { low: minutes(lowMs), high: minutes(highMs) };
}
