export interface FreeSample {
  /** Monotonic. */
  atMs: number;
  freeBytes: number;
}

/** The rate is that of the last ten seconds: a single sample jumps with every flush of the kernel. */
const WINDOW_MS = 10_000;
/** Samples closer together than this say nothing of a rate. */
const SHORTEST_MS = 200;
/** Slower falls are the noise of any machine. */
const LEAST_BYTES_PER_SECOND = 1e6;
/** A forecast beyond a day helps nobody. */
const LONGEST_FORECAST_S = 24 * 3600;

/** Free space of one filesystem over a run: rate, forecast, and the fastest write that was seen. */
export class FreeSpaceRecord {
  #window: FreeSample[] = [];
  #first: FreeSample | null = null;
  #fastest = 0;

  add(sample: FreeSample): void {
    const last = this.#window.at(-1);
    this.#first ??= sample;
    if (last && sample.atMs - last.atMs < SHORTEST_MS) return;
    if (last) this.#fastest = Math.max(this.#fastest, fall(last, sample));
    this.#window.push(sample);
    while (this.#window.length > 2 && sample.atMs - (this.#window[0]?.atMs ?? 0) > WINDOW_MS) {
      this.#window.shift();
    }
  }

  /** Bytes that were free when the run began. */
  get startBytes(): number | null {
    return this.#first?.freeBytes ?? null;
  }

  /** Fall of free space in bytes a second; negative while space comes back, 0 below two samples. */
  get bytesPerSecond(): number {
    const [first, last] = [this.#window[0], this.#window.at(-1)];
    return first && last && first !== last ? fall(first, last) : 0;
  }

  /** The fastest fall between two samples, bytes a second. */
  get fastestBytesPerSecond(): number {
    return this.#fastest;
  }

  /** The least that was free in the last ten seconds; null before the first sample. */
  get lowestBytes(): number | null {
    return this.#window.length === 0
      ? null
      : Math.min(...this.#window.map(({ freeBytes }) => freeBytes));
  }

  /** Seconds until nothing is free, null where no honest forecast can be made. */
  get fullInSeconds(): number | null {
    const rate = this.bytesPerSecond;
    const last = this.#window.at(-1);
    if (!last || rate < LEAST_BYTES_PER_SECOND) return null;
    const seconds = last.freeBytes / rate;
    return seconds > LONGEST_FORECAST_S ? null : seconds;
  }
}

function fall(from: FreeSample, to: FreeSample): number {
  return ((from.freeBytes - to.freeBytes) / (to.atMs - from.atMs)) * 1000;
}
