import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { RecipeId } from '../contract/choices.ts';
import { parseLine } from '../runner/follow.ts';
import { knownRuns } from '../runner/live-runs.ts';
import { runFiles } from '../runner/run-record.ts';
import { cleanStepName } from './steps.ts';

/** Older builds say little about today's machine. */
const RUNS_READ = 5;
/** A journal may be 60 MB of lines; of so many bytes the steps are read, the newest runs first. */
const MOST_BYTES = 200e6;

/** What a step took in earlier runs, milliseconds, shortest and longest. */
export interface UsualTime {
  lowMs: number;
  highMs: number;
}

/**
 * What the steps of an image took in earlier runs of the same recipe on this machine, by the title
 * that a person reads (`python: uv pip install torch==2.8.0`). Steps from the cache do not count.
 */
export async function readStepTimes(
  runsDir: string,
  recipe: RecipeId | string,
  except: string | null = null,
): Promise<Map<string, UsualTime>> {
  const times = new Map<string, UsualTime>();
  const runs = (await knownRuns(runsDir)).filter(
    ({ record, live }) => record.recipe === recipe && !live && record.id !== except,
  );
  let room = MOST_BYTES;
  for (const { dir } of runs.slice(0, RUNS_READ)) {
    const journal = join(dir, runFiles.events);
    const size = (await stat(journal).catch(() => null))?.size ?? 0;
    room -= size;
    if (room < 0) break;
    if (size > 0) await readRun(journal, times);
  }
  return times;
}

async function readRun(journal: string, times: Map<string, UsualTime>): Promise<void> {
  for await (const line of createInterface({ input: createReadStream(journal) })) {
    // Most lines are output: they are told by their beginning, not parsed.
    if (!line.includes('"build.vertex"') || line.includes('"build.log"')) continue;
    const event = parseLine(line);
    if (event?.type !== 'build.vertex' || event.state !== 'done') continue;
    if (event.cached || event.ms === undefined) continue;
    const { stage, title } = cleanStepName(event.name);
    const key = stage ? `${stage}: ${title}` : title;
    const known = times.get(key);
    times.set(key, {
      lowMs: Math.min(known?.lowMs ?? event.ms, event.ms),
      highMs: Math.max(known?.highMs ?? event.ms, event.ms),
    });
  }
}
