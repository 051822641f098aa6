import type { Emit } from '../contract/events.ts';
import type { Clock } from '../ports/clock.ts';
import { LineSanitiser, sanitiseLine, sanitiseLines } from '../text/sanitise.ts';
import { ProgressThrottle } from './progress-throttle.ts';
import type { SolveEvent, SolveLog, SolveStatus, SolveWarning } from './types.ts';
import { VertexTable } from './vertex-table.ts';

/** How a build ended, for the steps that never said so themselves. */
export type BuildEnd = 'done' | 'failed' | 'canceled';

/**
 * Turns the events of either transport into those of the contract: each change of a step once,
 * output as sanitised lines, progress at most ten times a second for each id. Ids, and so the
 * model that a reader makes of them, are the same whichever transport gave the events.
 */
export class SolveNormaliser {
  readonly #emit: Emit;
  readonly #vertexes: VertexTable;
  readonly #progress: ProgressThrottle;
  readonly #lines = new Map<string, { log: SolveLog; sanitiser: LineSanitiser }>();
  readonly #warnings = new Set<string>();

  constructor(emit: Emit, clock: Pick<Clock, 'monotonicMs'>) {
    this.#emit = emit;
    this.#vertexes = new VertexTable(emit);
    this.#progress = new ProgressThrottle(emit, clock);
  }

  push(event: SolveEvent): void {
    switch (event.type) {
      case 'status':
        this.#status(event.status);
        return;
      case 'output':
        for (const text of sanitiseLines(event.text)) {
          this.#emit({ type: 'build.log', vertex: '', stream: 2, text });
        }
        return;
      case 'pull':
        this.#pull(event);
        return;
      default: {
        const never: never = event;
        throw new Error(`no such event: ${JSON.stringify(never)}`);
      }
    }
  }

  /** Says what is still open: lines without an end, progress held back, steps that never ended. */
  finish(end: BuildEnd): void {
    for (const { log, sanitiser } of this.#lines.values()) this.#print(log, sanitiser.end());
    this.#lines.clear();
    this.#progress.flush();
    this.#vertexes.close(end);
  }

  #status({ vertexes, statuses, logs, warnings }: SolveStatus): void {
    // Output before the end of its step: a message may hold both.
    for (const vertex of vertexes ?? []) if (!vertex.completed) this.#vertexes.push(vertex);
    for (const log of logs ?? []) this.#log(log);
    for (const status of statuses ?? []) {
      this.#progress.push({
        vertex: status.vertex,
        id: sanitiseLine(status.id),
        current: Math.max(0, status.current),
        total: Math.max(0, status.total),
        completed: status.completed !== undefined,
      });
    }
    for (const warning of warnings ?? []) this.#warning(warning);
    for (const vertex of vertexes ?? []) {
      if (!vertex.completed) continue;
      this.#endLines(vertex.digest);
      this.#progress.flush(vertex.digest);
      this.#vertexes.push(vertex);
    }
    this.#progress.due();
  }

  #log(log: SolveLog): void {
    const key = `${log.stream} ${log.vertex}`;
    let open = this.#lines.get(key);
    if (!open) {
      open = { log, sanitiser: new LineSanitiser() };
      this.#lines.set(key, open);
    }
    this.#print(log, open.sanitiser.push(log.data));
  }

  #endLines(vertex: string): void {
    for (const stream of [1, 2] as const) {
      const key = `${stream} ${vertex}`;
      const open = this.#lines.get(key);
      if (open) this.#print(open.log, open.sanitiser.end());
      this.#lines.delete(key);
    }
  }

  #print({ vertex, stream }: SolveLog, lines: string[]): void {
    for (const text of lines) this.#emit({ type: 'build.log', vertex, stream, text });
  }

  #warning(warning: SolveWarning): void {
    const key = JSON.stringify([warning.vertex, warning.short, warning.url, warning.lines]);
    if (this.#warnings.has(key)) return;
    this.#warnings.add(key);
    this.#emit({
      type: 'build.warning',
      vertex: warning.vertex,
      text: sanitiseLine(warning.short),
      ...(warning.detail ? { detail: warning.detail.map((line) => sanitiseLine(line)) } : {}),
      ...(warning.url ? { url: sanitiseLine(warning.url) } : {}),
    });
  }

  #pull(event: Extract<SolveEvent, { type: 'pull' }>): void {
    const digest = `pull:${event.ref}`;
    this.#vertexes.pull(digest, `[internal] pull ${event.ref}`, event.state);
    if (event.layer !== '' && event.total > 0) {
      const id = sanitiseLine(`${event.state} ${event.layer}`);
      const completed = event.current >= event.total;
      this.#progress.push({
        vertex: digest,
        id,
        current: event.current,
        total: event.total,
        completed,
      });
    }
  }
}
