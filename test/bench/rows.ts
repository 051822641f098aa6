// What every bench says at its end: rows with what they are held against. `npm run bench` reads them.
import { appendFileSync } from 'node:fs';

export interface BenchRow {
  what: string;
  unit: string;
  ours: number;
  /** The peer, measured side by side in the same run; absent where a figure stands alone. */
  peer?: { name: string; value: number };
  /** Of ours to the peer's: the median of the pairs of each round, and their spread. */
  ratio?: { median: number; low: number; high: number };
  /** The ratio, or ours where there is none, is held against it. */
  limit?: { atMost: number } | { atLeast: number };
  /** Why there is no figure: a peer that is not on this machine is said to be missing. */
  missing?: string;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Ratios of the same rounds: what else the machine does falls on both. */
export function pairedRatio(ours: readonly number[], theirs: readonly number[]) {
  const ratios = ours.map((value, at) => value / (theirs[at] ?? Number.NaN));
  return { median: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios) };
}

/** Whether a row keeps its limit; null where it has none or no figure. */
export function keeps({ ours, ratio, limit, missing }: BenchRow): boolean | null {
  if (!limit || missing !== undefined) return null;
  const value = ratio?.median ?? ours;
  return 'atMost' in limit ? value <= limit.atMost : value >= limit.atLeast;
}

/** Prints rows, and hands them to who collects them. */
export function report(rows: readonly BenchRow[]): void {
  for (const row of rows) console.log(line(row));
  const file = process.env.STEADYDANCER_BENCH_ROWS;
  if (file) appendFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

export function line(row: BenchRow): string {
  const kept = keeps(row);
  const mark = kept === null ? '    ' : kept ? 'ok  ' : 'OVER';
  if (row.missing !== undefined) return `${mark} ${row.what.padEnd(52)} missing: ${row.missing}`;
  const peer = row.peer ? `, ${row.peer.name} ${figure(row.peer.value)}` : '';
  const ratio = row.ratio
    ? `  ratio ${figure(row.ratio.median)} (${figure(row.ratio.low)}-${figure(row.ratio.high)})`
    : '';
  const limit = row.limit
    ? 'atMost' in row.limit
      ? `, at most ${row.limit.atMost}`
      : `, at least ${row.limit.atLeast}`
    : '';
  return `${mark} ${row.what.padEnd(52)} ${figure(row.ours)} ${row.unit}${peer}${ratio}${limit}`;
}

function figure(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
