import type { EventOf } from '../../src/contract/events.ts';

/** Lines of one step, and of all steps together, that can be scrolled back to; build.log has all. */
const STEP_LINES = 2_000;
const ALL_LINES = 5_000;

/** Lines with the number of the first: a line keeps its number when older ones are dropped. */
export interface NumberedLines {
  first: number;
  lines: readonly string[];
}

export const noLines: NumberedLines = { first: 0, lines: [] };

/**
 * The newest output of a build, by step and in the order in which it came. It knows nothing of
 * screens: panes show a window of it.
 */
export class LogTail {
  readonly #steps = new Map<string, Bounded>();
  readonly #all = new Bounded(ALL_LINES);

  /** `stage` stands before the line where the lines of all steps are shown. */
  push(
    { vertex, text }: Pick<EventOf<'build.log'>, 'vertex' | 'text'>,
    stage: string | null,
  ): void {
    let step = this.#steps.get(vertex);
    if (!step) {
      step = new Bounded(STEP_LINES);
      this.#steps.set(vertex, step);
    }
    step.push(text);
    this.#all.push(stage === null ? text : `${stage}: ${text}`);
  }

  /** Steps that have said something, in the order in which they began to. */
  get steps(): readonly string[] {
    return [...this.#steps.keys()];
  }

  of(vertex: string): NumberedLines {
    return this.#steps.get(vertex) ?? noLines;
  }

  get all(): NumberedLines {
    return this.#all;
  }
}

class Bounded implements NumberedLines {
  first = 0;
  lines: string[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  push(line: string): void {
    this.lines.push(line);
    // Twice the bound before it is cut: dropping one line at a time would be quadratic.
    if (this.lines.length < this.#most * 2) return;
    const dropped = this.lines.length - this.#most;
    this.lines = this.lines.slice(dropped);
    this.first += dropped;
  }
}
