import { readFileSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** Files of a run's folder. */
export const runFiles = {
  record: 'run.json',
  request: 'request.json',
  events: 'events.ndjson',
  control: 'control.sock',
  buildLog: 'build.log',
  containerLog: 'container.log',
  runnerLog: 'runner.log',
  /** Space for the result's line; gone when the run ends. */
  reserve: 'result.reserve',
} as const;

/** Who runs it: enough to know later whether that process still lives. */
export const runRecordSchema = z.object({
  id: z.string(),
  pid: z.int().positive(),
  /** Field 22 of /proc/<pid>/stat: tells a process from a later one with the same number. */
  pidStartedAt: z.string().nullable(),
  startedAt: z.string(),
  profile: z.string().nullable(),
  recipe: z.string(),
  planDigest: z.string().nullable(),
  choices: z.record(z.string(), z.unknown()),
  /** It changed nothing, because another run of its profile was going on. */
  refused: z.boolean().optional(),
  /** Version of the GPU's driver at that time: the next day's welcome says when it is another. */
  driver: z.string().nullable().optional(),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

/** Start time of a process in clock ticks since boot, null where /proc does not tell (proc(5)). */
export function processStartedAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in field 2 may hold spaces and brackets: count from the last bracket.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

/** True while the very process that is meant lives; a process with a reused number does not count. */
export function processLives(pid: number, startedAt: string | null): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = processStartedAt(pid);
  if (now === null || startedAt === null) return true;
  return now === startedAt && !isZombie(pid);
}

function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return false;
  }
}

/** Whole or not at all: a reader never sees half a record. */
export async function writeRunRecord(dir: string, record: RunRecord): Promise<void> {
  const file = join(dir, runFiles.record);
  await writeFile(`${file}.new`, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** The record of a run, null when there is none or it cannot be read. */
export async function readRunRecord(dir: string): Promise<RunRecord | null> {
  try {
    return runRecordSchema.parse(JSON.parse(await readFile(join(dir, runFiles.record), 'utf8')));
  } catch {
    return null;
  }
}
