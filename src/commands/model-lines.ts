import type { EventBody } from '../contract/events.ts';
import { formatBytes, formatRate } from '../text/format.ts';

type ModelEvent = Extract<EventBody, { type: 'model' }>;

/** A download tells how far it is every so often; a new state at once. */
const EVERY_MS = 5_000;
const said = new Map<string, { state: string; atMs: number }>();

/** One line of words for an event of a model, or null when it was said a moment ago. */
export function modelLine(event: ModelEvent, nowMs: number): string | null {
  const last = said.get(event.file);
  if (last?.state === event.state && nowMs - last.atMs < EVERY_MS) return null;
  if (event.state === 'waiting' || event.state === 'resolving') return null;
  said.set(event.file, { state: event.state, atMs: nowMs });
  const total = event.totalBytes === null ? '' : ` of ${formatBytes(event.totalBytes)}`;
  const size = event.bytes > 0 ? `  ${formatBytes(event.bytes)}${total}` : '';
  const rate = event.bytesPerSecond > 0 ? `  ${formatRate(event.bytesPerSecond)}` : '';
  return `${event.state.padEnd(11)} ${event.file}${size}${rate}`;
}
