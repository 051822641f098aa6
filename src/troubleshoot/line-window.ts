/** Lines kept above a hit. */
export const LINES_ABOVE = 40;
const MAX_LINE_BYTES = 256 * 1024;
const KEPT_OF_LONG_LINE = 32 * 1024;

/** The bytes under scan: the last few lines of what came before, then the newest chunk. */
export class LineWindow {
  /** Only the first `length` bytes count. */
  buffer = Buffer.allocUnsafeSlow(1 << 19);
  length = 0;
  /** Where the line under scan begins. */
  lineStart = 0;
  private starts: number[] = [];

  /** Appends a chunk and gives the index at which scanning goes on. */
  append(chunk: Uint8Array): number {
    let keepFrom = this.starts[Math.max(0, this.starts.length - LINES_ABOVE)] ?? this.lineStart;
    // A few endless lines must not keep the memory: then only the line under scan stays.
    if (this.length - keepFrom > MAX_LINE_BYTES) keepFrom = this.lineStart;
    if (this.length - keepFrom > MAX_LINE_BYTES) {
      keepFrom = this.length - KEPT_OF_LONG_LINE;
      this.lineStart = keepFrom;
    }
    const kept = this.length - keepFrom;
    this.starts = this.starts.filter((start) => start >= keepFrom).map((start) => start - keepFrom);
    this.lineStart -= keepFrom;
    const length = kept + chunk.length;
    const target = length <= this.buffer.length ? this.buffer : Buffer.allocUnsafeSlow(2 * length);
    this.buffer.copy(target, 0, keepFrom, this.length);
    target.set(chunk, kept);
    this.buffer = target;
    this.length = length;
    return kept;
  }

  /** Ends the line under scan at the newline at `index`. */
  endLine(index: number): void {
    this.starts.push(this.lineStart);
    if (this.starts.length > 4 * LINES_ABOVE) this.starts.splice(0, 3 * LINES_ABOVE);
    this.lineStart = index + 1;
  }

  textOfLine(end: number): string {
    let stop = end;
    if (stop > this.lineStart && this.buffer[stop - 1] === 13) stop -= 1;
    return this.buffer.toString('utf8', this.lineStart, stop);
  }

  /** The lines above the one under scan, oldest first, as one text. */
  textAbove(): string {
    const from = this.starts[Math.max(0, this.starts.length - LINES_ABOVE)];
    return from === undefined ? '' : this.buffer.toString('utf8', from, this.lineStart);
  }
}
