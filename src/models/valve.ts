/** Stops and restarts downloads from outside: the disk guard pauses them under the reserve. */
export class Valve {
  #paused = false;
  #waiting: (() => void)[] = [];
  readonly #onPause = new Set<() => void>();
  readonly #onResume = new Set<() => void>();

  get paused(): boolean {
    return this.#paused;
  }

  /** Running requests are given up; what they brought is kept. */
  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    for (const tell of [...this.#onPause]) tell();
  }

  resume(): void {
    this.#paused = false;
    for (const go of this.#waiting.splice(0)) go();
    for (const tell of [...this.#onResume]) tell();
  }

  /** Calls back at every pause, until what it gives back is called. */
  onPause(tell: () => void): () => void {
    this.#onPause.add(tell);
    return () => void this.#onPause.delete(tell);
  }

  /** The same for every time that it is opened again. */
  onResume(tell: () => void): () => void {
    this.#onResume.add(tell);
    return () => void this.#onResume.delete(tell);
  }

  /** Waits until it is open. @throws the signal's reason */
  async opened(signal: AbortSignal): Promise<void> {
    while (this.#paused) {
      signal.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        const aborted = () => reject(signal.reason);
        signal.addEventListener('abort', aborted, { once: true });
        this.#waiting.push(() => {
          signal.removeEventListener('abort', aborted);
          resolve();
        });
      });
    }
  }
}
