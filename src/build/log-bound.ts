import type { Emit, EventBody } from '../contract/events.ts';
import type { Clock } from '../ports/clock.ts';

type LogEvent = Extract<EventBody, { type: 'build.log' }>;

export interface LogBoundOptions {
  /** What may come at once, characters. */
  burstChars: number;
  /** What may come for ever, characters a second: 45 minutes of it are 54 MB. */
  charsPerSecond: number;
  /** Lines of each step that are held while its output comes too fast. */
  heldLines: number;
}

const defaults: LogBoundOptions = { burstChars: 1e6, charsPerSecond: 20e3, heldLines: 200 };

const DRAIN_MS = 500;

/** BuildKit ends a step's output with this line (moby/buildkit util/progress/logs/logs.go). */
const CLIPPED = /^\[output clipped, log limit (\S+) reached\]$/;

/**
 * Keeps the journal of a build that prints without end readable: events of lines come at no more
 * than a steady rate, all steps together. Above it the last lines of each step are held and come
 * when there is room, or at the step's end; how many are left out is said in their place. build.log
 * has every byte. The journal so grows by at most 1 MB + 20 kB/s + 200 lines a step.
 */
export class LogBound {
  readonly #emit: Emit;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #options: LogBoundOptions;
  readonly #held = new Map<string, { lines: LogEvent[]; dropped: number }>();
  #room: number;
  #filledMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    emit: Emit,
    clock: Pick<Clock, 'monotonicMs'>,
    options: Partial<LogBoundOptions> = {},
  ) {
    this.#emit = emit;
    this.#clock = clock;
    this.#options = { ...defaults, ...options };
    this.#room = this.#options.burstChars;
    this.#filledMs = clock.monotonicMs();
  }

  emit = (event: EventBody): void => {
    if (event.type === 'build.log') this.#line(event);
    else {
      const ended = event.type === 'build.vertex' && event.state !== 'running';
      if (ended) this.flush(event.id);
      this.#emit(event);
    }
  };

  /** What is held of a step, or of all: at its end, whatever the rate. */
  flush(vertex?: string): void {
    if (vertex === undefined) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
    for (const [key, held] of this.#held) {
      if (vertex !== undefined && key !== vertex) continue;
      this.#held.delete(key);
      this.#release(held);
    }
  }

  #line(event: LogEvent): void {
    const clipped = CLIPPED.exec(event.text);
    if (clipped) {
      this.flush(event.vertex);
      this.#emit({
        type: 'build.warning',
        vertex: event.vertex,
        text: `Docker keeps no more than ${clipped[1]} of a step's output; the rest of it is nowhere.`,
      });
    }
    this.#refill();
    const held = this.#held.get(event.vertex);
    if (!held && this.#take(event)) {
      this.#emit(event);
      return;
    }
    this.#hold(event, held);
    this.#arm();
  }

  /** Held lines also come when nothing more is printed. */
  #arm(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#refill();
      this.#drain();
      if (this.#held.size > 0) this.#arm();
    }, DRAIN_MS);
    this.#timer.unref();
  }

  #hold(event: LogEvent, known: { lines: LogEvent[]; dropped: number } | undefined): void {
    const held = known ?? { lines: [], dropped: 0 };
    held.lines.push(event);
    const { heldLines } = this.#options;
    // Twice the bound before it is cut: dropping one at a time would be quadratic.
    if (held.lines.length > heldLines * 2) {
      const dropped = held.lines.length - heldLines;
      held.lines.splice(0, dropped);
      held.dropped += dropped;
    }
    this.#held.set(event.vertex, held);
  }

  /** Lets out what is held once a good part of it fits: in blocks, not line by line. */
  #drain(): void {
    for (const [key, held] of this.#held) {
      const tail = held.lines.slice(-this.#options.heldLines);
      const chars = tail.reduce((sum, line) => sum + cost(line), 0);
      if (chars > this.#room) continue;
      this.#held.delete(key);
      this.#room -= chars;
      this.#release(held);
    }
  }

  #release({ lines, dropped }: { lines: LogEvent[]; dropped: number }): void {
    const { heldLines } = this.#options;
    const left = dropped + Math.max(0, lines.length - heldLines);
    const tail = lines.slice(-heldLines);
    const [first] = tail;
    if (!first) return;
    if (left > 0) {
      this.#emit({ ...first, text: `… ${left} lines came too fast: they are in build.log` });
    }
    for (const line of tail) this.#emit(line);
  }

  #take(event: LogEvent): boolean {
    if (this.#room < cost(event)) return false;
    this.#room -= cost(event);
    return true;
  }

  #refill(): void {
    const now = this.#clock.monotonicMs();
    const { burstChars, charsPerSecond } = this.#options;
    this.#room = Math.min(
      burstChars,
      this.#room + ((now - this.#filledMs) / 1000) * charsPerSecond,
    );
    this.#filledMs = now;
  }
}

/** Of a line in the journal: its text and the envelope around it. */
function cost({ text }: LogEvent): number {
  return text.length + 160;
}
