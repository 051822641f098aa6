interface Waiting {
  origin: string;
  enter: () => void;
}

/** Limits of connections: to one host, and in all. A host that complains gets half of them. */
export class Gate {
  readonly #perHost: number;
  readonly #inAll: number;
  readonly #hosts = new Map<string, { active: number; limit: number; good: number }>();
  #active = 0;
  #waiting: Waiting[] = [];

  constructor(perHost: number, inAll: number) {
    this.#perHost = perHost;
    this.#inAll = inAll;
  }

  /** Waits for a free connection; what it gives back frees it. */
  async acquire(origin: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (!this.#fits(origin)) {
      await new Promise<void>((resolve, reject) => {
        const waiting = {
          origin,
          enter: () => {
            signal.removeEventListener('abort', aborted);
            resolve();
          },
        };
        const aborted = () => {
          this.#waiting = this.#waiting.filter((one) => one !== waiting);
          reject(signal.reason);
        };
        signal.addEventListener('abort', aborted, { once: true });
        this.#waiting.push(waiting);
      });
    } else this.#enter(origin);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#active -= 1;
      this.#host(origin).active -= 1;
      this.#admit();
    };
  }

  /** The host asked for less. */
  slower(origin: string): void {
    const host = this.#host(origin);
    host.limit = Math.max(1, Math.floor(Math.min(host.limit, Math.max(1, host.active)) / 2));
    host.good = 0;
  }

  /** A part came in full; after twenty of them the host gets one connection more. */
  good(origin: string): void {
    const host = this.#host(origin);
    host.good += 1;
    if (host.good < 20 || host.limit >= this.#perHost) return;
    host.good = 0;
    host.limit += 1;
    this.#admit();
  }

  limitOf(origin: string): number {
    return this.#host(origin).limit;
  }

  #host(origin: string) {
    const known = this.#hosts.get(origin);
    if (known) return known;
    const host = { active: 0, limit: this.#perHost, good: 0 };
    this.#hosts.set(origin, host);
    return host;
  }

  #fits(origin: string): boolean {
    const host = this.#host(origin);
    return this.#active < this.#inAll && host.active < host.limit;
  }

  #enter(origin: string): void {
    this.#active += 1;
    this.#host(origin).active += 1;
  }

  #admit(): void {
    const still: Waiting[] = [];
    for (const waiting of this.#waiting) {
      if (this.#fits(waiting.origin)) {
        this.#enter(waiting.origin);
        waiting.enter();
      } else still.push(waiting);
    }
    this.#waiting = still;
  }
}
