import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import type { Event, EventBody } from '../contract/events.ts';
import { EVENTS_VERSION } from '../contract/events.ts';
import type { Clock } from '../ports/clock.ts';

const NEWLINE = Buffer.from('\n');

/**
 * events.ndjson: one line an event, appended in one write each, so that a reader never sees half a
 * line that will not be completed. The journal is history, not truth: a rerun looks at the world.
 */
export class Journal {
  readonly #fd: number;
  readonly #clock: Clock;
  readonly #listeners: ((event: Event) => void)[] = [];
  #closed = false;
  #torn = false;
  /** The disk is full: true when room was made, so that the line is tried once more. */
  onFull: () => boolean = () => false;

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
    this.#write(Buffer.from(`${JSON.stringify(event)}\n`));
    for (const listener of this.#listeners) listener(event);
  };

  /** ENOSPC: the listeners (screens, control socket) still learn of it. */
  #write(line: Buffer): void {
    let bytes = this.#torn ? Buffer.concat([NEWLINE, line]) : line;
    for (let tries = 0; tries < 2; tries += 1) {
      try {
        while (bytes.length > 0) bytes = bytes.subarray(writeSync(this.#fd, bytes));
        this.#torn = false;
        return;
      } catch (error) {
        // Of a line that was cut short readers see broken JSON, and nothing of the next one.
        this.#torn ||= bytes.length < line.length;
        const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
        if (!full || tries > 0 || !this.onFull()) return;
      }
    }
  }

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
