import type { Emit, EventBody } from '../contract/events.ts';
import { sanitiseLine } from '../text/sanitise.ts';
import { isCancellation } from './evidence.ts';
import type { BuildEnd } from './normalise.ts';
import type { SolveVertex } from './types.ts';

type VertexEvent = Extract<EventBody, { type: 'build.vertex' }>;

interface Known {
  event: VertexEvent;
  /** Times of the last start and end, ms; a step may be started again (probe, then work). */
  startedMs: number | null;
  completedMs: number | null;
  /** Milliseconds of each period, by its start. */
  periods: Map<string, number>;
}

/** The steps of one build: each change is emitted once, stale messages change nothing. */
export class VertexTable {
  readonly #known = new Map<string, Known>();
  readonly #emit: Emit;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  push(vertex: SolveVertex): void {
    const known = this.#known.get(vertex.digest);
    const startedMs = vertex.started === undefined ? null : Date.parse(vertex.started);
    const completedMs = vertex.completed === undefined ? null : Date.parse(vertex.completed);
    if (known && isStale(known, startedMs, completedMs)) return;
    const periods = known?.periods ?? new Map<string, number>();
    if (vertex.started !== undefined && startedMs !== null && completedMs !== null) {
      periods.set(vertex.started, Math.max(0, completedMs - startedMs));
    }
    const ms = [...periods.values()].reduce((sum, period) => sum + period, 0);
    const event: VertexEvent = {
      type: 'build.vertex',
      id: vertex.digest,
      name: sanitiseLine(vertex.name || known?.event.name || vertex.digest),
      state: stateOf(vertex),
      cached: vertex.cached === true,
      ...(completedMs !== null && periods.size > 0 ? { ms } : {}),
      ...(vertex.error ? { error: sanitiseLine(vertex.error) } : {}),
    };
    this.#known.set(vertex.digest, { event, startedMs, completedMs, periods });
    if (!known || !same(known.event, event)) this.#emit(event);
  }

  /** A base image that the engine pulls before the build: a step of our own making. */
  pull(digest: string, name: string, state: string): void {
    const done = /^Status: /.test(state);
    const event: VertexEvent = {
      type: 'build.vertex',
      id: digest,
      name: sanitiseLine(name),
      state: done ? 'done' : 'running',
      cached: false,
    };
    const known = this.#known.get(digest);
    if (known && (known.event.state === 'done' || same(known.event, event))) return;
    this.#known.set(digest, { event, startedMs: null, completedMs: null, periods: new Map() });
    this.#emit(event);
  }

  /**
   * Steps that never ended: of a good build they were not needed or their end was not told; of
   * another one they were stopped, and those that had not begun go on waiting.
   */
  close(end: BuildEnd): void {
    for (const [digest, known] of this.#known) {
      const { state } = known.event;
      if (state !== 'running' && state !== 'waiting') continue;
      if (end !== 'done' && state === 'waiting') continue;
      const event: VertexEvent = {
        ...known.event,
        state: end === 'done' ? 'done' : 'canceled',
        cached: known.event.cached || (end === 'done' && state === 'waiting'),
      };
      this.#known.set(digest, { ...known, event });
      this.#emit(event);
    }
  }
}

function stateOf(vertex: SolveVertex): VertexEvent['state'] {
  if (vertex.error) return isCancellation(vertex.error) ? 'canceled' : 'failed';
  if (vertex.completed !== undefined) return 'done';
  return vertex.started === undefined ? 'waiting' : 'running';
}

/** Older than what is known: not begun, or begun but not ended in the same or an earlier period. */
function isStale(known: Known, startedMs: number | null, completedMs: number | null): boolean {
  if (known.startedMs === null) return false;
  if (startedMs === null) return completedMs === null;
  if (startedMs < known.startedMs) return true;
  if (startedMs > known.startedMs) return false;
  if (known.completedMs === null) return false;
  return completedMs === null || completedMs < known.completedMs;
}

function same(a: VertexEvent, b: VertexEvent): boolean {
  return (
    a.name === b.name &&
    a.state === b.state &&
    a.cached === b.cached &&
    a.ms === b.ms &&
    a.error === b.error
  );
}
