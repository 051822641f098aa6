import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecipeId } from '../contract/choices.ts';
import type { PhaseId } from '../contract/ids.ts';
import type { History } from '../recipe/types.ts';
import { parseLine } from '../runner/follow.ts';
import { knownRuns } from '../runner/live-runs.ts';
import { runFiles } from '../runner/run-record.ts';

/** Older runs say little about today's machine. */
const RUNS_READ = 20;

/**
 * What phases took in earlier runs of the same recipe on this machine, newest first; satisfied ones
 * do not count. A rehearsal's image says nothing of the real one's.
 */
export async function readHistory(runsDir: string, recipe: RecipeId): Promise<History> {
  const phaseMs: Partial<Record<PhaseId, number[]>> = {};
  const runs = (await knownRuns(runsDir)).filter(({ record }) => record.recipe === recipe);
  for (const { dir, live } of runs.slice(0, RUNS_READ)) {
    if (live) continue;
    const result = await readResult(dir);
    for (const { id, ok, ms, satisfied } of result?.phases ?? []) {
      if (ok && !satisfied) phaseMs[id] = [...(phaseMs[id] ?? []), ms];
    }
  }
  return { phaseMs };
}

/** The result of a finished run: the last line of its journal; null when it has none. */
export async function readResult(runDir: string) {
  const journal = await readFile(join(runDir, runFiles.events), 'utf8').catch(() => '');
  const last = journal.trimEnd().split('\n').at(-1);
  const event = last ? parseLine(last) : null;
  return event?.type === 'result' ? event : null;
}
