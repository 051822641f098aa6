const LEAST_BYTES = 8 * 1024 * 1024;
const MOST_BYTES = 64 * 1024 * 1024;
/** Waiting for the first byte may take this share of a request. */
const WAIT_SHARE = 1 / 30;

/**
 * How much one request asks for. Small blocks come nearly in order, so that hashing keeps pace;
 * large ones hide the time until an answer begins: far and fast hosts get large ones.
 */
export class BlockSize {
  readonly #even: number;
  readonly #least: number;
  #bytes = LEAST_BYTES;

  constructor(fileBytes: number, parts: number, leastPartBytes: number) {
    this.#least = leastPartBytes;
    this.#even = Math.max(leastPartBytes, Math.ceil(fileBytes / parts));
  }

  get bytes(): number {
    return Math.min(this.#even, Math.max(this.#least, this.#bytes));
  }

  /** A request of so many bytes took so long, of which so long until its first byte. */
  seen(bytes: number, ms: number, waitMs: number): void {
    const flowMs = Math.max(1, ms - waitMs);
    const fitting = ((bytes / flowMs) * waitMs) / WAIT_SHARE;
    const mixed = this.#bytes * 0.7 + fitting * 0.3;
    this.#bytes = Math.min(MOST_BYTES, Math.max(LEAST_BYTES, Math.round(mixed)));
  }
}
