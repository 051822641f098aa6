import { NoAnswer, withTimeLimit } from '../ports/time-limit.ts';
import {
  type Check,
  type CheckContext,
  checkGroups,
  type Finding,
  type TimedResult,
} from './types.ts';

/** Longest time of one check, ms; the network's measure 3 s by themselves. */
const CHECK_MS = 5_000;

/**
 * Runs all checks side by side, each guarded and timed: a crash is one failed row, silence one
 * skipped row. The order is by group, then as given, whatever ends first.
 * @param onResult called as each check ends, for screens that fill in
 * @throws only the signal's reason
 */
export async function runChecks(
  checks: readonly Check[],
  context: CheckContext,
  options: { signal?: AbortSignal | undefined; onResult?: (result: TimedResult) => void } = {},
): Promise<TimedResult[]> {
  const results = await Promise.all(
    checks.map(async (check) => {
      const started = performance.now();
      const { fix, ...finding } = await guarded(check, context, options.signal);
      const { id, title, group } = check;
      const ms = Math.round(performance.now() - started);
      const result: TimedResult = { id, title, group, ms, ...finding, ...(fix ? { fix } : {}) };
      options.onResult?.(result);
      return result;
    }),
  );
  return checkGroups.flatMap((group) => results.filter((result) => result.group === group));
}

async function guarded(
  check: Check,
  context: CheckContext,
  signal: AbortSignal | undefined,
): Promise<Finding> {
  try {
    return await withTimeLimit(async (inner) => check.look(context, inner), {
      timeoutMs: CHECK_MS,
      signal,
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof NoAnswer) return { status: 'skip', detail: error.message };
    const why = error instanceof Error ? error.message : String(error);
    return { status: 'fail', detail: `The check itself broke: ${why}` };
  }
}
