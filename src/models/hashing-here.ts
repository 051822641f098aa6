import { createHash } from 'node:crypto';
import { constants, type FileHandle, open } from 'node:fs/promises';
import type { Hashing } from './hashing.ts';

const READ_BYTES = 1 << 20;

/** The same without a thread: the main one hashes a megabyte at a time, between its other work. */
export class HashingHere implements Hashing {
  readonly sha256: Promise<string>;
  hashedBytes = 0;
  #completeBytes = 0;
  #stopped = false;
  #wake: () => void = () => undefined;

  constructor(path: string, bytes: number) {
    this.sha256 = this.#follow(path, bytes);
    // Whoever stops it does not wait for the hash.
    this.sha256.catch(() => undefined);
  }

  completeTo(bytes: number): void {
    this.#completeBytes = Math.max(this.#completeBytes, bytes);
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.sha256.catch(() => undefined);
  }

  async #follow(path: string, bytes: number): Promise<string> {
    const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      return await this.#hash(file, path, bytes);
    } finally {
      await file.close();
    }
  }

  async #hash(file: FileHandle, path: string, bytes: number): Promise<string> {
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    while (this.hashedBytes < bytes) {
      if (this.#stopped) throw new Error('hashing was stopped');
      const ready = Math.min(this.#completeBytes, bytes) - this.hashedBytes;
      if (ready <= 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      const length = Math.min(READ_BYTES, ready);
      const { bytesRead } = await file.read(buffer, 0, length, this.hashedBytes);
      if (bytesRead === 0) throw new Error(`${path} ends at byte ${this.hashedBytes}`);
      hash.update(buffer.subarray(0, bytesRead));
      this.hashedBytes += bytesRead;
    }
    return hash.digest('hex');
  }
}
