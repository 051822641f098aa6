import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../contract/failure.ts';
import { processLives, processStartedAt } from './run-record.ts';

interface Holder {
  pid: number;
  pidStartedAt: string | null;
  runId: string;
}

/**
 * One run at a time for one profile: two would fight over the container and the image.
 * The lock of a killed run is taken over. Throws a Failure that names the run that holds it.
 */
export function lockProfile(runsDir: string, name: string, runId: string): () => void {
  const file = join(runsDir, `${name}.lock`);
  const mine: Holder = {
    pid: process.pid,
    pidStartedAt: processStartedAt(process.pid),
    runId,
  };
  const draft = `${file}.${runId}`;
  writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      if (linked(draft, file)) return () => release(file, runId);
      const holder = readHolder(file);
      if (holder && processLives(holder.pid, holder.pidStartedAt))
        throw alreadyRunning(name, holder);
      takeAway(file, `${draft}.stale`, holder);
    }
    throw new Error(`${file} keeps coming back`);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** A link appears whole, with its content: nobody reads a lock that is not yet written. */
function linked(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a dead run's lock; one that somebody else took meanwhile is put back. */
function takeAway(file: string, aside: string, dead: Holder | null): void {
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (readHolder(aside)?.runId !== dead?.runId) linked(aside, file);
  rmSync(aside, { force: true });
}

function release(file: string, runId: string): void {
  if (readHolder(file)?.runId === runId) rmSync(file, { force: true });
}

function readHolder(file: string): Holder | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return null;
  }
}

function alreadyRunning(name: string, holder: Holder): Failure {
  return new Failure({
    code: 'run-already-running',
    sentence: `Run ${holder.runId} of profile ${name} is going on (process ${holder.pid}).`,
    fixes: [
      { label: 'Look at it', command: 'steadydancer attach' },
      { label: 'Stop it', command: 'steadydancer stop --run' },
    ],
  });
}
