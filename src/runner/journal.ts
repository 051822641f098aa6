import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import type { Event, EventBody } from '../contract/events.ts';
import { EVENTS_VERSION } from '../contract/events.ts';
import type { Clock } from '../ports/clock.ts';

const NEWLINE = Buffer.from('\n');
const RETRY_MS = 50;

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
    const event = this.#event(body);
    this.#write(this.#line(event));
    for (const listener of this.#listeners) listener(event);
  };

  #event(body: EventBody): Event {
    return { v: EVENTS_VERSION, at: this.#clock.now().toISOString(), ...body } as Event;
  }

  #line(event: Event): Buffer {
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    return this.#torn ? Buffer.concat([NEWLINE, line]) : line;
  }

  /** Gives what could not be written. ENOSPC: the listeners (screens, control socket) still learn of it. */
  #write(line: Buffer): Buffer {
    let bytes = line;
    for (let tries = 0; tries < 2; tries += 1) {
      try {
        while (bytes.length > 0) bytes = bytes.subarray(writeSync(this.#fd, bytes));
        this.#torn = false;
        return bytes;
      } catch (error) {
        // Of a line that was cut short readers see broken JSON, and nothing of the next one.
        this.#torn ||= bytes.length < line.length;
        const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
        if (!full || tries > 0 || !this.onFull()) return bytes;
      }
    }
    return bytes;
  }

  /**
   * The result, and nothing after it. On a full disk it is tried again for some seconds: what was
   * stopped gives its space back, and a run without a result counts as killed.
   */
  end(result: EventBody & { type: 'result' }, tryMs = 10_000): void {
    if (this.#closed) return;
    const event = this.#event(result);
    const until = this.#clock.monotonicMs() + tryMs;
    let bytes = this.#line(event);
    for (;;) {
      bytes = this.#write(bytes);
      if (bytes.length === 0 || this.#clock.monotonicMs() >= until) break;
      // Blocks: this is a run's last act, also when it is forced to end.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
    for (const listener of this.#listeners) listener(event);
    this.close();
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
