import { LineSanitiser } from '../text/sanitise.ts';

interface Chunk {
  stream: 1 | 2;
  data: Uint8Array;
}

const NEWLINE = 10;

/**
 * The last output of a step, as raw bytes: it becomes lines only when somebody asks, which is once,
 * when a step has failed. A build prints a million lines that nobody asks for.
 */
export class StepTail {
  readonly #maxBytes: number;
  #chunks: Chunk[] = [];
  #bytes = 0;
  #dropped = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(stream: 1 | 2, data: Uint8Array): void {
    const kept = data.length > this.#maxBytes ? data.subarray(-this.#maxBytes) : data;
    this.#dropped ||= kept.length < data.length;
    this.#chunks.push({ stream, data: kept });
    this.#bytes += kept.length;
    // Twice the bound before it is cut: dropping one chunk at a time would be quadratic.
    if (this.#bytes > this.#maxBytes * 2) this.#cut();
  }

  /** The last lines, oldest first, sanitised, colours kept; also those that have no end yet. */
  lines(count: number): string[] {
    const sanitisers = { 1: new LineSanitiser(), 2: new LineSanitiser() };
    const lines: string[] = [];
    // A stream whose beginning is gone begins inside a line.
    const inside = { 1: this.#dropped, 2: this.#dropped };
    for (const { stream, data } of this.#chunks) {
      let from = 0;
      if (inside[stream]) {
        const end = data.indexOf(NEWLINE);
        if (end === -1) continue;
        from = end + 1;
        inside[stream] = false;
      }
      lines.push(...sanitisers[stream].push(data.subarray(from)));
    }
    return [...lines, ...sanitisers[1].end(), ...sanitisers[2].end()].slice(-count);
  }

  #cut(): void {
    let from = this.#chunks.length;
    let bytes = 0;
    while (from > 0 && bytes < this.#maxBytes) {
      from -= 1;
      bytes += this.#chunks[from]?.data.length ?? 0;
    }
    this.#dropped ||= from > 0;
    this.#chunks = this.#chunks.slice(from);
    this.#bytes = bytes;
  }
}
