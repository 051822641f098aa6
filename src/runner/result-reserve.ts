import { randomFillSync } from 'node:crypto';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';

/** A result with its diagnoses is some kilobytes; filesystems give space in blocks of up to 64 KiB. */
const RESERVE_BYTES = 512 * 1024;

/**
 * Space on the journal's disk that only its last line may use: the ballast may have been given back,
 * and taken by whoever fills the disk, long before a run ends.
 */
export class ResultReserve {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Takes it where there is room; never throws. */
  take(): void {
    try {
      const fd = openSync(this.#path, 'wx', 0o600);
      try {
        // Not zeros: a filesystem that compresses would keep nothing of them.
        writeSync(fd, randomFillSync(Buffer.alloc(RESERVE_BYTES)));
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      // Held already by the process that this one does the run for (under-group.ts).
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') this.release();
    }
  }

  release(): void {
    rmSync(this.#path, { force: true });
  }
}
