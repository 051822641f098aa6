/** Whatever can be stopped and started again without losing what it has: the downloads' valve. */
export interface Pausable {
  pause(): void;
  resume(): void;
}

/** Downloads go on only when nobody wants them paused: neither a person nor the disk guard. */
export class DownloadPauses {
  readonly #downloads: Pausable;
  readonly #reasons = new Set<string>();

  constructor(downloads: Pausable) {
    this.#downloads = downloads;
  }

  get paused(): boolean {
    return this.#reasons.size > 0;
  }

  pause(reason: string): void {
    this.#reasons.add(reason);
    if (this.#reasons.size === 1) this.#downloads.pause();
  }

  resume(reason: string): void {
    if (this.#reasons.delete(reason) && this.#reasons.size === 0) this.#downloads.resume();
  }
}
