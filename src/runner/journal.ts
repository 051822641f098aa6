import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import type { Event, EventBody } from '../contract/events.ts';
import { EVENTS_VERSION } from '../contract/events.ts';
import type { Clock } from '../ports/clock.ts';

/**
 * events.ndjson: one line an event, appended in one write each, so that a reader never sees half a
 * line that will not be completed. The journal is history, not truth: a rerun looks at the world.
 */
export class Journal {
  readonly #fd: number;
  readonly #clock: Clock;
  readonly #listeners: ((event: Event) => void)[] = [];
  #closed = false;

  constructor(file: string, clock: Clock) {
    this.#fd = openSync(file, 'a', 0o600);
    this.#clock = clock;
  }

  onEvent(listener: (event: Event) => void): void {
    this.#listeners.push(listener);
  }

  /** Never throws: a full disk must not end a run whose work can go on. */
  emit = (body: EventBody): void => {
    if (this.#closed) return;
    const event = { v: EVENTS_VERSION, at: this.#clock.now().toISOString(), ...body } as Event;
    try {
      writeSync(this.#fd, `${JSON.stringify(event)}\n`);
    } catch {
      // ENOSPC: the listeners (screens, control socket) still learn of it.
    }
    for (const listener of this.#listeners) listener(event);
  };

  /** After the result: nothing may follow it. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      fsyncSync(this.#fd);
    } catch {
      // The journal is a convenience; the world is the truth.
    }
    closeSync(this.#fd);
  }
}
