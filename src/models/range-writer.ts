import type { PartFile } from './part-file.ts';
import type { Claim } from './ranges.ts';

/** Written together: fewer calls. Held back at most: what a kill may lose of one connection. */
const WRITE_BYTES = 256 * 1024;
const HOLD_BYTES = 512 * 1024;

/** Writes what one connection brings, in order, and says when it should wait for the disk. */
export class RangeWriter {
  readonly #part: PartFile;
  readonly #claim: Claim;
  readonly #onBytes: (bytes: number) => void;
  readonly #hold: (wait: boolean) => void;
  readonly #onError: (error: unknown) => void;
  #batches: { position: number; chunks: Buffer[]; bytes: number }[] = [];
  #held = 0;
  #holding = false;
  #writing: Promise<void> | null = null;
  #error: unknown = null;

  constructor(
    part: PartFile,
    claim: Claim,
    tell: {
      bytes(bytes: number): void;
      hold(wait: boolean): void;
      error(error: unknown): void;
    },
  ) {
    this.#part = part;
    this.#claim = claim;
    this.#onBytes = tell.bytes;
    this.#hold = tell.hold;
    this.#onError = tell.error;
  }

  push(position: number, chunk: Buffer): void {
    const last = this.#batches.at(-1);
    if (last && last.position + last.bytes === position) {
      last.chunks.push(chunk);
      last.bytes += chunk.length;
    } else this.#batches.push({ position, chunks: [chunk], bytes: chunk.length });
    this.#held += chunk.length;
    if (this.#held >= HOLD_BYTES) this.#wait(true);
    if (this.#held >= WRITE_BYTES) this.#start();
  }

  /** Waits until all that came is written. @throws ErrnoException */
  async finish(): Promise<void> {
    while (this.#error === null && (this.#writing || this.#batches.length > 0)) {
      this.#start();
      await this.#writing;
    }
    if (this.#error !== null) throw this.#error;
  }

  #start(): void {
    if (this.#error !== null) return;
    this.#writing ??= this.#write()
      .catch((error) => {
        this.#error = error;
        this.#onError(error);
      })
      .finally(() => {
        this.#writing = null;
      });
  }

  async #write(): Promise<void> {
    for (let batch = this.#batches.shift(); batch; batch = this.#batches.shift()) {
      await this.#part.write(batch.chunks, batch.position);
      this.#part.ledger.wrote(
        { start: batch.position, end: batch.position + batch.bytes },
        this.#claim,
      );
      this.#part.wrote(batch.bytes);
      this.#onBytes(batch.bytes);
      this.#held -= batch.bytes;
      if (this.#held < WRITE_BYTES) {
        this.#wait(false);
        if (this.#held > 0 && this.#held < WRITE_BYTES) return;
      }
    }
  }

  #wait(wait: boolean): void {
    if (wait === this.#holding) return;
    this.#holding = wait;
    this.#hold(wait);
  }
}
