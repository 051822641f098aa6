import type { EventBody } from '../contract/events.ts';

/** Bytes that the downloads of a run have written, told by its own `model` events. */
export class DownloadedBytes {
  readonly #files = new Map<string, { first: number; last: number }>();

  see(event: EventBody): void {
    if (event.type !== 'model' || event.state !== 'downloading') return;
    const known = this.#files.get(event.file);
    // What was there when the file was first heard of is of an earlier run.
    if (known) known.last = Math.max(known.last, event.bytes);
    else this.#files.set(event.file, { first: event.bytes, last: event.bytes });
  }

  get bytes(): number {
    let sum = 0;
    for (const { first, last } of this.#files.values()) sum += last - first;
    return sum;
  }
}
