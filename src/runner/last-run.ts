import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Choices } from '../contract/choices.ts';
import { choicesSchema } from '../contract/choices.ts';
import { parseLine } from './follow.ts';
import { processLives, runFiles, runRecordSchema } from './run-record.ts';

/** The newest run of this machine, as its files tell it. */
export interface LastRun {
  id: string;
  profile: string | null;
  recipe: string;
  choices: Choices;
  /** ISO-8601. */
  startedAt: string;
  /** `cut`: its process is gone and left no result. */
  state: 'running' | 'ok' | 'failed' | 'cut';
  /** One sentence of its result. */
  summary: string | null;
  /** Of the GPU, at that time; null where it is not recorded. */
  driver: string | null;
}

/** Longer than any result line that was seen; what is longer reads as no result. */
const TAIL_BYTES = 256 * 1024;

/**
 * The newest run, read at once and without waiting, for a first frame that knows what to offer.
 * Null where there is none. A folder that is no run is passed over.
 */
export function lastRun(runsDir: string): LastRun | null {
  for (const run of newestFirst(runsDir)) return run;
  return null;
}

/** Older runs than these say nothing of today. */
const RUNS_READ = 200;

/** The newest run of each profile, by the profile's name. */
export function lastRunOfEach(runsDir: string): Map<string, LastRun> {
  const newest = new Map<string, LastRun>();
  let read = 0;
  for (const run of newestFirst(runsDir)) {
    if (run.profile !== null && !newest.has(run.profile)) newest.set(run.profile, run);
    read += 1;
    if (read === RUNS_READ) break;
  }
  return newest;
}

function* newestFirst(runsDir: string): Generator<LastRun> {
  for (const name of foldersOf(runsDir)) {
    const dir = join(runsDir, name);
    const record = recordOf(dir);
    if (!record || provesPins(dir)) continue;
    const result = resultOf(join(dir, runFiles.events));
    const lives = !result && processLives(record.pid, record.pidStartedAt);
    const choices = choicesSchema.safeParse(record.choices);
    yield {
      id: record.id,
      profile: record.profile,
      recipe: record.recipe,
      choices: choices.success ? choices.data : {},
      startedAt: record.startedAt,
      state: lives ? 'running' : !result ? 'cut' : result.ok ? 'ok' : 'failed',
      summary: result?.summary ?? null,
      driver: record.driver ?? null,
    };
  }
}

function foldersOf(runsDir: string): string[] {
  try {
    return readdirSync(runsDir)
      .filter((name) => /^\d{8}-/.test(name))
      .sort()
      .reverse();
  } catch {
    return [];
  }
}

function recordOf(dir: string) {
  try {
    return runRecordSchema.parse(JSON.parse(readFileSync(join(dir, runFiles.record), 'utf8')));
  } catch {
    return null;
  }
}

/** A candidate of `update` is nobody's last run: what it started was taken away again. */
function provesPins(dir: string): boolean {
  try {
    return JSON.parse(readFileSync(join(dir, runFiles.request), 'utf8')).pins !== undefined;
  } catch {
    return false;
  }
}

/** The last line of a journal, where it is a result. */
function resultOf(file: string) {
  try {
    const last = tailOf(file).trimEnd().split('\n').at(-1);
    const event = last ? parseLine(last) : null;
    return event?.type === 'result' ? event : null;
  } catch {
    return null;
  }
}

function tailOf(file: string): string {
  const handle = openSync(file, 'r');
  try {
    const { size } = fstatSync(handle);
    const length = Math.min(size, TAIL_BYTES);
    const bytes = Buffer.alloc(length);
    readSync(handle, bytes, 0, length, size - length);
    return bytes.toString('utf8');
  } finally {
    closeSync(handle);
  }
}
