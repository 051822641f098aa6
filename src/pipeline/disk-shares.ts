import type { SolveEvent } from '../build/types.ts';
import type { Written } from '../contract/events.ts';
import type { DiskPlace } from '../contract/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { WatchedDisk } from './disk-watch.ts';

/** A step that runs so briefly has written nothing that matters. */
const BRIEF_MS = 3_000;
/** Asking the engine walks its layers: it takes at most a tenth of the engine's time. */
const ASK_SHARE = 10;
const LEAST_PAUSE_MS = 2_000;
/** While nothing is built the figures stand still but for others. */
const IDLE_PAUSE_MS = 30_000;

export interface SharesOptions {
  clock: Clock;
  since: Date;
  /** Bytes of the engine's images and build cache; null while it cannot be asked. */
  store: () => Promise<number | null>;
  /** Bytes that this run wrote to these places beside the engine: downloads, the ballast. */
  besides: (places: readonly DiskPlace[]) => number;
  /** The most that the plan writes to these places; null where it cannot say. */
  planned: (places: readonly DiskPlace[]) => number | null;
}

/**
 * Splits the fall of free space into this run's writes and those of others. The engine tells a
 * step's bytes when the step is done, so the split is made between steps; what comes after the last
 * one is open. Never blames others for what a running step may have written.
 */
export class DiskShares {
  readonly #options: SharesOptions;
  readonly #running = new Map<string, number>();
  readonly #others = new Map<WatchedDisk, number>();
  #firstBytes: number | null = null;
  #growth = 0;
  /** When the last step ended and nothing else was running; null: not since the engine was asked. */
  #boundaryMs: number | null = null;
  #builds = 0;
  #asking = false;
  #nextAskMs = 0;

  constructor(options: SharesOptions) {
    this.#options = options;
  }

  /** A build begins; `end` when nothing of it writes any more. */
  begin(): { see(event: SolveEvent): void; end(): void } {
    this.#builds += 1;
    return {
      see: (event) => this.#step(event),
      end: () => {
        this.#builds -= 1;
        this.#running.clear();
        this.#boundaryMs = null;
      },
    };
  }

  /** A sample of a disk: asks the engine where that tells something new. */
  see(disk: WatchedDisk): void {
    const now = this.#options.clock.monotonicMs();
    if (!disk.places.includes('docker')) {
      this.#others.set(disk, this.#unexplained(disk));
      return;
    }
    if (this.#asking || now < this.#nextAskMs) return;
    const idle = this.#builds === 0;
    if (this.#firstBytes !== null && !idle && this.#boundaryMs === null) return;
    this.#asking = true;
    void this.#ask(disk, idle).finally(() => {
      this.#asking = false;
    });
  }

  /** The split for a disk as it is now; undefined where it cannot be told. */
  of(disk: WatchedDisk): Written | undefined {
    const hasEngine = disk.places.includes('docker');
    if (disk.record.startBytes === null || (hasEngine && this.#firstBytes === null)) {
      return undefined;
    }
    const { since, besides, planned } = this.#options;
    const unexplained = this.#unexplained(disk);
    // A running step only ever adds to what is not explained: others wrote no more than this.
    const otherBytes = Math.min(this.#others.get(disk) ?? 0, unexplained);
    const own = (hasEngine ? this.#growth : 0) + besides(disk.places);
    return {
      since: since.toISOString(),
      runBytes: Math.max(0, Math.round(own)),
      openBytes: Math.max(0, Math.round(unexplained - otherBytes)),
      otherBytes: Math.round(otherBytes),
      plannedBytes: planned(disk.places),
    };
  }

  /** Asks once more when all that was stopped has been given back; others are told from then on. */
  async settle(disk: WatchedDisk): Promise<Written | undefined> {
    const bytes = await this.#options.store();
    if (bytes === null || this.#firstBytes === null) return undefined;
    this.#growth = bytes - this.#firstBytes;
    this.#others.set(disk, this.#unexplained(disk));
    return this.of(disk);
  }

  async #ask(disk: WatchedDisk, idle: boolean): Promise<void> {
    const { clock, store } = this.#options;
    const boundary = this.#boundaryMs;
    const began = clock.monotonicMs();
    this.#boundaryMs = null;
    const bytes = await store();
    const now = clock.monotonicMs();
    const pause = idle && this.#firstBytes !== null ? IDLE_PAUSE_MS : LEAST_PAUSE_MS;
    this.#nextAskMs = now + Math.max(pause, (now - began) * ASK_SHARE);
    if (bytes === null) return;
    this.#firstBytes ??= bytes;
    this.#growth = bytes - this.#firstBytes;
    const between = boundary !== null && now - boundary <= BRIEF_MS && this.#nothingRunsLong(now);
    const stillIdle = idle && this.#builds === 0;
    if (between || stillIdle) this.#others.set(disk, this.#unexplained(disk));
  }

  #step(event: SolveEvent): void {
    if (event.type !== 'status') return;
    const now = this.#options.clock.monotonicMs();
    for (const { digest, started, completed } of event.status.vertexes ?? []) {
      if (completed !== undefined) {
        if (this.#running.delete(digest) && this.#nothingRunsLong(now)) this.#boundaryMs = now;
      } else if (started !== undefined && !this.#running.has(digest)) {
        this.#running.set(digest, now);
      }
    }
  }

  #nothingRunsLong(now: number): boolean {
    return [...this.#running.values()].every((began) => now - began <= BRIEF_MS);
  }

  /** Fall of free space that is neither in the engine's figures nor in ours; negative: space came. */
  #unexplained({ record, freeBytes, places }: WatchedDisk): number {
    const own = (places.includes('docker') ? this.#growth : 0) + this.#options.besides(places);
    return (record.startBytes ?? freeBytes) - freeBytes - own;
  }
}
