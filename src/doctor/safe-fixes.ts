import type { Processes } from '../ports/processes.ts';
import type { TimedResult } from './types.ts';

/**
 * Fixes that `doctor --fix` may apply: they start something or write a file that is made from others
 * anyway. None installs, removes, restarts what runs, or changes who may do what.
 */
const safe = new Set(['start-engine', 'start-desktop', 'write-cdi-list']);

export interface SafeFix {
  check: string;
  label: string;
  command: string;
}

export function safeFixes(results: readonly TimedResult[]): SafeFix[] {
  return results.flatMap(({ id, status, fix }) =>
    (status === 'fail' || status === 'warn') && fix?.command && fix.applies && safe.has(fix.applies)
      ? [{ check: id, label: fix.label, command: fix.command }]
      : [],
  );
}

/** Runs one fix's command in a shell; null when it went well, else what it said last. */
export async function applyFix(
  fix: SafeFix,
  processes: Processes,
  env: NodeJS.ProcessEnv,
): Promise<string | null> {
  const ended = await processes.run('sh', ['-c', fix.command], { env, timeoutMs: 60_000 });
  if (ended.exitCode === 0) return null;
  const said = `${ended.stdout}\n${ended.stderr}`.trim().split('\n').at(-1);
  return said || (ended.timedOut ? 'no end in 60 s' : `exit ${ended.exitCode}`);
}
