import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { endsWithResult } from './journal-end.ts';
import { processLives, type RunRecord, readRunRecord, runFiles } from './run-record.ts';

export interface KnownRun {
  dir: string;
  record: RunRecord;
  /** True while its work goes on: its process lives and has not written its result. */
  live: boolean;
}

/**
 * All runs of this machine, the newest first. A folder without a record is not a run; one that was
 * refused did nothing, and is none either unless it is asked for.
 */
export async function knownRuns(runsDir: string, { refused = false } = {}): Promise<KnownRun[]> {
  const names = await readdir(runsDir).catch(() => []);
  const runs: KnownRun[] = [];
  for (const name of names.sort().reverse()) {
    const dir = join(runsDir, name);
    const record = await readRunRecord(dir);
    if (!record || (record.refused && !refused)) continue;
    const lives = processLives(record.pid, record.pidStartedAt);
    const live = lives && !(await endsWithResult(join(dir, runFiles.events)));
    runs.push({ dir, record, live });
  }
  return runs;
}

/** The run that is meant: by id or its unambiguous beginning or end, else the live one, else the last. */
export async function findRun(runsDir: string, wanted?: string): Promise<KnownRun | null> {
  const runs = await knownRuns(runsDir, { refused: wanted !== undefined });
  if (wanted === undefined) return runs.find((run) => run.live) ?? runs[0] ?? null;
  const matching = runs.filter(
    ({ record }) => record.id.startsWith(wanted) || record.id.endsWith(wanted),
  );
  return matching.length === 1 ? (matching[0] ?? null) : null;
}
