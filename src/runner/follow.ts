import { open } from 'node:fs/promises';
import type { Event } from '../contract/events.ts';
import type { Clock } from '../ports/clock.ts';

const READ_BYTES = 64 * 1024;
const POLL_MS = 60;

export interface FollowOptions {
  clock: Clock;
  signal?: AbortSignal;
  /** Asked when nothing new came: false ends the following after one more look. */
  alive: () => boolean;
}

/**
 * Yields the events of a journal from its start, then as they come, until the result or until
 * nobody writes any more (a killed run has no result). A torn last line of a killed run is left out.
 */
export async function* followEvents(
  file: string,
  { clock, signal, alive }: FollowOptions,
): AsyncGenerator<Event> {
  const handle = await open(file, 'r');
  try {
    const buffer = Buffer.alloc(READ_BYTES);
    // As bytes: a read may end inside a character.
    let rest: Buffer = Buffer.alloc(0);
    let position = 0;
    let lastLook = false;
    while (!signal?.aborted) {
      const { bytesRead } = await handle.read(buffer, 0, READ_BYTES, position);
      if (bytesRead === 0) {
        if (lastLook) return;
        if (!alive()) {
          lastLook = true;
          continue;
        }
        await clock.sleep(POLL_MS, signal).catch(() => {});
        continue;
      }
      position += bytesRead;
      rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
        const event = parseLine(rest.subarray(0, end).toString());
        rest = rest.subarray(end + 1);
        if (event) yield event;
        if (event?.type === 'result') return;
      }
    }
  } finally {
    await handle.close();
  }
}

/** Our own lines: trusted, so only broken JSON is left out (a write that a full disk cut short). */
export function parseLine(line: string): Event | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'type' in value ? (value as Event) : null;
  } catch {
    return null;
  }
}
