import { displayLine } from './line.ts';

const NEWLINE = 10;
/** A line without an end is cut here: nobody reads further, and memory does not grow with it. */
const MAX_LINE_BYTES = 64 * 1024;

export interface RawLine {
  /** 1-based. */
  number: number;
  text: string;
}

/** The lines of a log, as they stand in it, in memory that does not grow with the log. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<RawLine> {
  let number = 0;
  let open: Buffer[] = [];
  let bytes = 0;
  const add = (part: Uint8Array) => {
    const room = MAX_LINE_BYTES - bytes;
    if (room <= 0) return;
    open.push(Buffer.from(part.subarray(0, room)));
    bytes += Math.min(part.length, room);
  };
  const close = (): RawLine => {
    const text = Buffer.concat(open).toString().replace(/\r$/, '');
    open = [];
    bytes = 0;
    number += 1;
    return { number, text };
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      add(chunk.subarray(from, at));
      yield close();
      from = at + 1;
    }
    add(chunk.subarray(from));
  }
  if (bytes > 0) yield close();
}

export interface LineRange {
  /** 1-based number of the first line; 1 where there is none. */
  from: number;
  lines: string[];
  /** How many lines the whole log has. */
  total: number;
}

/** Lines of a log from `from` to `to` (1-based, both included), fit for a terminal. */
export async function lineRange(
  chunks: AsyncIterable<Uint8Array>,
  from: number,
  to: number,
): Promise<LineRange> {
  const lines: string[] = [];
  let total = 0;
  for await (const { number, text } of linesOf(chunks)) {
    total = number;
    if (number >= from && number <= to) lines.push(displayLine(text));
  }
  return { from: Math.max(1, from), lines, total };
}

/** The last lines of a log, fit for a terminal. */
export async function lastLines(
  chunks: AsyncIterable<Uint8Array>,
  count: number,
): Promise<LineRange> {
  const kept: string[] = [];
  let total = 0;
  for await (const { number, text } of linesOf(chunks)) {
    total = number;
    kept.push(text);
    if (kept.length > count) kept.shift();
  }
  return { from: Math.max(1, total - kept.length + 1), lines: kept.map(displayLine), total };
}
