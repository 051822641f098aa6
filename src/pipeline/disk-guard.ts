import type { DiskPlace } from '../contract/ids.ts';
import { formatBytes, formatDuration, formatRatePerMinute } from '../text/format.ts';
import type { WatchedDisk } from './disk-watch.ts';
import type { DownloadPauses } from './download-pauses.ts';

/** What stays free for the rest of the machine, when a profile names nothing else. */
const LEAST_RESERVE_BYTES = 2e9;
/** Between two samples and the end of a stopped build this many seconds of writing can pass. */
const WRITE_SECONDS = 5;
/** Downloads are paused this far above the reserve, so that the build has what is left. */
const PAUSE_FACTOR = 1.25;
/** Or when the reserve is so near in time: a fast disk falls through any margin between two samples. */
const PAUSE_SECONDS = 15;
/** They go on when both are clearly better: not back and forth around one line. */
const RESUME_FACTOR = 1.4;
const RESUME_SECONDS = 30;

/** Why a piece of work was stopped: what was seen of the disk at that moment. */
export class ReserveReached extends Error {
  override name = 'ReserveReached';
  readonly disk: Readonly<WatchedDisk>;
  readonly reserveBytes: number;

  constructor(disk: WatchedDisk, reserveBytes: number) {
    super(`${disk.name}: ${formatBytes(disk.freeBytes)} free`);
    this.disk = { ...disk };
    this.reserveBytes = reserveBytes;
  }
}

export type WorkKind = 'build' | 'download';

export interface DiskGuardOptions {
  /** `diskReserveBytes` of the choices; else what the fastest write seen asks for. */
  reserveBytes?: number | undefined;
  pauses: DownloadPauses;
  /** One sentence on who fills a disk; undefined where it cannot be told. */
  writers?: (disk: WatchedDisk) => string | undefined;
  /** Told once a cause: the disk gets low while something writes to it. */
  onLow?: (text: string, disk: WatchedDisk, over: AbortSignal) => void;
}

/**
 * Keeps a run from filling a disk: pauses downloads first, so that a build can end, and stops what
 * writes when the reserve is reached. Looks at samples only; it measures and stops nothing itself.
 */
export class DiskGuard {
  readonly #options: DiskGuardOptions;
  readonly #work = new Map<AbortController, { kind: WorkKind; places: readonly DiskPlace[] }>();
  readonly #low = new Map<WatchedDisk, AbortController>();
  readonly #seen = new Set<WatchedDisk>();
  #ignored = false;

  constructor(options: DiskGuardOptions) {
    this.#options = options;
  }

  /** What has to stay free on a disk, in bytes: 2 GB and what the fastest write does in 5 s. */
  reserveOf({ record }: WatchedDisk): number {
    return (
      this.#options.reserveBytes ??
      LEAST_RESERVE_BYTES + record.fastestBytesPerSecond * WRITE_SECONDS
    );
  }

  /** Where work that writes to a disk stops itself, bytes; null while none does, or none may stop. */
  stopsAt(disk: WatchedDisk): number | null {
    return this.#ignored || this.#writersTo(disk).length === 0 ? null : this.reserveOf(disk);
  }

  /** True while downloads wait for the sake of a build on this disk. */
  pausedFor(disk: WatchedDisk): boolean {
    return this.#low.has(disk);
  }

  /** A person wants to go on without it, for the rest of the run. */
  ignore(): void {
    this.#ignored = true;
    for (const disk of this.#seen) this.#relax(disk);
  }

  /** The disk of a place as it was seen last. */
  diskOf(place: DiskPlace): WatchedDisk | undefined {
    return [...this.#seen].find(({ places }) => places.includes(place));
  }

  /** Work begins that writes to these places; `signal` has a ReserveReached when it must stop. */
  begin(
    places: readonly DiskPlace[],
    kind: WorkKind = 'build',
  ): { signal: AbortSignal; end(): void } {
    const stop = new AbortController();
    this.#work.set(stop, { kind, places });
    const end = () => {
      this.#work.delete(stop);
      for (const disk of this.#seen) this.#judge(disk);
    };
    return { signal: stop.signal, end };
  }

  see(disk: WatchedDisk): void {
    this.#seen.add(disk);
    this.#judge(disk);
  }

  #judge(disk: WatchedDisk): void {
    const writers = this.#writersTo(disk);
    if (this.#ignored || writers.length === 0) {
      this.#relax(disk);
      return;
    }
    const reserve = this.reserveOf(disk);
    if (disk.freeBytes <= reserve) {
      for (const [stop] of writers) stop.abort(new ReserveReached(disk, reserve));
      return;
    }
    // Pausing downloads serves what is built beside them; alone they may go on to the reserve.
    const building = writers.some(([, { kind }]) => kind === 'build');
    const { freeBytes, record } = disk;
    const rate = record.bytesPerSecond;
    const seconds = rate > 0 ? (freeBytes - reserve) / rate : Number.POSITIVE_INFINITY;
    const low = freeBytes <= reserve * PAUSE_FACTOR || seconds < PAUSE_SECONDS;
    const well = freeBytes >= reserve * RESUME_FACTOR && seconds > RESUME_SECONDS;
    if (building && low) this.#tighten(disk, reserve);
    else if (!building || well) this.#relax(disk);
  }

  #writersTo(disk: WatchedDisk) {
    return [...this.#work].filter(([, { places }]) =>
      places.some((place) => disk.places.includes(place)),
    );
  }

  #tighten(disk: WatchedDisk, reserve: number): void {
    if (this.#low.has(disk)) return;
    const over = new AbortController();
    this.#low.set(disk, over);
    this.#options.pauses.pause(reasonOf(disk));
    const text = lowText(disk, reserve, this.#options.writers?.(disk));
    this.#options.onLow?.(text, disk, over.signal);
  }

  #relax(disk: WatchedDisk): void {
    const over = this.#low.get(disk);
    if (!over) return;
    this.#low.delete(disk);
    this.#options.pauses.resume(reasonOf(disk));
    over.abort();
  }
}

/** Its places do not change, its name may still be asked for. */
function reasonOf({ places }: WatchedDisk): string {
  return `disk of ${places.join(', ')}`;
}

function lowText(
  { name, freeBytes, record }: WatchedDisk,
  reserve: number,
  writers: string | undefined,
): string {
  const { fullInSeconds, bytesPerSecond } = record;
  const forecast =
    fullInSeconds === null
      ? ''
      : `, full in about ${formatDuration(fullInSeconds * 1000)} at ${formatRatePerMinute(bytesPerSecond)}`;
  const who = writers === undefined ? '' : `${writers} `;
  return `Disk ${name} is filling up: ${formatBytes(freeBytes)} free${forecast}. ${who}Downloads are paused. At ${formatBytes(reserve)} free the build stops itself, steps kept.`;
}
