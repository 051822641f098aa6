import type { PhaseId } from '../contract/ids.ts';
import durations from './durations.json' with { type: 'json' };
import type { History } from './types.ts';

/** A span in minutes. */
export interface Minutes {
  low: number;
  high: number;
}

export const nothing: Minutes = { low: 0, high: 0 };

/** The table, with its assumptions and their sources, for a page that says where figures come from. */
export const assumptions = durations;

const tenth = (value: number) => Math.round(value * 10) / 10;

/** Time to fetch so many bytes: at what was measured, else at what is assumed. */
export function downloadMinutes(bytes: number, bytesPerSecond: number | null): Minutes {
  if (bytes === 0) return nothing;
  const { low, high } = durations.bytesPerSecond;
  const fast = bytesPerSecond ?? high;
  // A measured rate is rarely kept all the way.
  const slow = bytesPerSecond === null ? low : bytesPerSecond * 0.85;
  return { low: tenth(bytes / fast / 60), high: tenth(bytes / slow / 60) };
}

export function uploadMinutes(bytes: number): Minutes {
  const { low, high } = durations.pushBytesPerSecond;
  return { low: tenth(bytes / high / 60), high: tenth(bytes / low / 60) };
}

/** Packing an image into a file: what one core compresses, an estimate. */
export function saveMinutes(bytes: number): Minutes {
  const { low, high } = durations.saveBytesPerSecond;
  return { low: tenth(bytes / high / 60), high: tenth(bytes / low / 60) };
}

export function add(...spans: Minutes[]): Minutes {
  const sum = (end: 'low' | 'high') => tenth(spans.reduce((all, span) => all + span[end], 0));
  return { low: sum('low'), high: sum('high') };
}

/** Side by side: as long as the longer one. */
export function together(a: Minutes, b: Minutes): Minutes {
  return { low: Math.max(a.low, b.low), high: Math.max(a.high, b.high) };
}

export function times(span: Minutes, by: Minutes): Minutes {
  return { low: tenth(span.low * by.low), high: tenth(span.high * by.high) };
}

/** What the phase took here before (the last five times), else the table's figure. */
export function usual(phase: PhaseId, history: History, table: Minutes): Minutes {
  const seen = (history.phaseMs[phase] ?? []).slice(0, 5).map((ms) => ms / 60_000);
  if (seen.length === 0) return table;
  return { low: hundredth(Math.min(...seen)), high: hundredth(Math.max(...seen)) };
}

/** A rehearsal's phases take seconds; one that is done is never nothing. */
function hundredth(minutes: number): number {
  return Math.max(0.01, Math.round(minutes * 100) / 100);
}
