import { randomFillSync } from 'node:crypto';
import { rmSync } from 'node:fs';
import { open, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { knownRuns } from '../runner/live-runs.ts';
import { runFiles } from '../runner/run-record.ts';

export const BALLAST_FILE = 'ballast';
const BALLAST_BYTES = 64 * 1024 * 1024;
/** On a disk as full as this the file would do what it is there against. */
const LEAST_FREE_BYTES = 10 * BALLAST_BYTES;

/**
 * 64 MB that are given back when the disk is full, so that journal and report of a run that filled
 * it can still be written. Held in the run's folder; gone at the run's end.
 */
export class Ballast {
  readonly #path: string;
  #held = false;

  constructor(runDir: string) {
    this.#path = join(runDir, BALLAST_FILE);
  }

  /** Bytes that it holds now. */
  get bytes(): number {
    return this.#held ? BALLAST_BYTES : 0;
  }

  /** Takes the space where there is enough; never throws. */
  async take(): Promise<void> {
    try {
      const { bavail, bsize } = await statfs(join(this.#path, '..'));
      if (bavail * bsize < LEAST_FREE_BYTES) return;
      const file = await open(this.#path, 'wx', 0o600);
      try {
        this.#held = true;
        // Not zeros: a filesystem that compresses would keep nothing of them.
        const block = randomFillSync(Buffer.alloc(1024 * 1024));
        for (let at = 0; at < BALLAST_BYTES && this.#held; at += block.length) {
          await file.write(block, 0, block.length, at);
        }
      } finally {
        await file.close();
      }
    } catch {
      this.release();
    }
  }

  /** Gives the space back; true when there was something to give. */
  release(): boolean {
    if (!this.#held) return false;
    this.#held = false;
    try {
      rmSync(this.#path, { force: true });
      return true;
    } catch {
      return false;
    }
  }
}

/** Gives back what runs that were killed hold. */
export async function releaseOldBallast(runsDir: string): Promise<void> {
  for (const { dir, live } of await knownRuns(runsDir)) {
    if (live) continue;
    for (const name of [BALLAST_FILE, runFiles.reserve]) rmSync(join(dir, name), { force: true });
  }
}
