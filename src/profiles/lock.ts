import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { Failure } from '../contract/failure.ts';
import type { Clock } from '../ports/clock.ts';
import { makeFolder } from '../ports/make-folder.ts';

/** Held for a few milliseconds; one that is older than this belongs to nobody any more. */
const STALE_MS = 10_000;
const PATIENCE_MS = 15_000;
const STEP_MS = 5;

/**
 * Does `work` while no other process does the same under this lock file. A lock whose process is
 * gone, or that is older than 10 s, is taken over.
 * @throws Failure `profile-locked` when it was not free within 15 s
 */
export async function withLock<T>(
  path: string,
  clock: Clock,
  work: () => T | Promise<T>,
): Promise<T> {
  makeFolderFor(path);
  const until = clock.monotonicMs() + PATIENCE_MS;
  while (!take(path)) {
    if (abandoned(path) && takeOver(path)) continue;
    if (clock.monotonicMs() > until) {
      throw new Failure({
        code: 'profile-locked',
        sentence: `The profiles are being written by another steadydancer (${path}).`,
        proof: content(path),
        fixes: [{ label: 'If none runs, remove the lock', command: `rm '${path}'` }],
      });
    }
    // Not all waiters at the same moment.
    await clock.sleep(STEP_MS + Math.random() * STEP_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function makeFolderFor(path: string): void {
  try {
    makeFolder(dirname(path));
  } catch (error) {
    const proof = (error as Error).message;
    throw new Failure(
      {
        code: 'state-not-writable',
        sentence: `The folder ${dirname(path)} cannot be made.`,
        proof,
        fixes: [
          { label: 'Name another place', command: 'export STEADYDANCER_HOME=~/steadydancer/own' },
        ],
      },
      { cause: error },
    );
  }
}

function take(path: string): boolean {
  try {
    const file = openSync(path, 'wx', 0o600);
    writeSync(file, `${process.pid} ${hostname()}`);
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes an abandoned lock; only one process at a time may, lest it removes a new one. */
function takeOver(path: string): boolean {
  const turn = `${path}.takeover`;
  if (!take(turn)) {
    if (abandoned(turn)) rmSync(turn, { force: true });
    return false;
  }
  try {
    if (abandoned(path)) rmSync(path, { force: true });
    return true;
  } finally {
    rmSync(turn, { force: true });
  }
}

function content(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function abandoned(path: string): boolean {
  try {
    const age = Date.now() - statSync(path).mtimeMs;
    if (age > STALE_MS) return true;
    const [pid, host] = content(path).split(' ');
    if (!pid || host !== hostname()) return false;
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
