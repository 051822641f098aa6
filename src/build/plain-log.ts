import type { SolveEvent, SolveVertex } from './types.ts';

const NEWLINE = 10;
/** A line that never ends is written in pieces of this. */
const MAX_OPEN_BYTES = 256 * 1024;

interface Step {
  number: number;
  named: boolean;
  ended: string | null;
  open: Map<1 | 2, { parts: Buffer[]; bytes: number }>;
}

/**
 * Writes events as `docker buildx build --progress=plain` shows them, with the raw bytes of the
 * steps: `#7 [2/3] RUN make`, `#7 output`, `#7 DONE 2.1s`, `#7 ERROR: …`. People know that form,
 * and `diagnose` reads it.
 */
export class PlainLog {
  readonly #steps = new Map<string, Step>();

  push(event: SolveEvent): Buffer[] {
    if (event.type === 'output') return [Buffer.from(`${event.text}\n`)];
    if (event.type === 'pull') return this.#pull(event);
    const out: Buffer[] = [];
    const { vertexes = [], logs = [] } = event.status;
    for (const vertex of vertexes) if (vertex.started) out.push(...this.#name(vertex));
    for (const log of logs) out.push(...this.#lines(this.#step(log.vertex), log.stream, log.data));
    for (const vertex of vertexes) if (vertex.completed) out.push(...this.#end(vertex));
    return out;
  }

  end(): Buffer[] {
    return [...this.#steps.values()].flatMap((step) => this.#rest(step));
  }

  #step(digest: string): Step {
    const known = this.#steps.get(digest);
    if (known) return known;
    const step: Step = { number: this.#steps.size + 1, named: false, ended: null, open: new Map() };
    this.#steps.set(digest, step);
    return step;
  }

  #name(vertex: SolveVertex): Buffer[] {
    const step = this.#step(vertex.digest);
    if (step.named) return [];
    step.named = true;
    return [Buffer.from(`#${step.number} ${vertex.name}\n`)];
  }

  /** Whole lines in one piece, each with its step's number; what has no end yet waits. */
  #lines(step: Step, stream: 1 | 2, data: Uint8Array): Buffer[] {
    const out: Buffer[] = [];
    const open = step.open.get(stream) ?? { parts: [], bytes: 0 };
    const last = data.lastIndexOf(NEWLINE);
    if (last !== -1) {
      const lines = Buffer.concat([...open.parts.splice(0), data.subarray(0, last + 1)]);
      open.bytes = 0;
      out.push(numbered(lines, Buffer.from(`#${step.number} `)));
    }
    if (last + 1 < data.length) {
      open.parts.push(Buffer.from(data.subarray(last + 1)));
      open.bytes += data.length - last - 1;
    }
    step.open.set(stream, open);
    if (open.bytes > MAX_OPEN_BYTES) {
      out.push(Buffer.from(`#${step.number} `), ...open.parts.splice(0), Buffer.from('\n'));
      open.bytes = 0;
    }
    return out;
  }

  #rest(step: Step): Buffer[] {
    return [...step.open.values()].flatMap((open) => {
      open.bytes = 0;
      const parts = open.parts.splice(0);
      return parts.length === 0
        ? []
        : [Buffer.from(`#${step.number} `), ...parts, Buffer.from('\n')];
    });
  }

  #end(vertex: SolveVertex): Buffer[] {
    const step = this.#step(vertex.digest);
    const word = endWord(vertex);
    if (step.ended === word) return [];
    step.ended = word;
    return [...this.#rest(step), Buffer.from(`#${step.number} ${word}\n`)];
  }

  #pull(event: Extract<SolveEvent, { type: 'pull' }>): Buffer[] {
    // Progress of layers would be thousands of lines; their states are a few.
    if (event.total > 0 && event.current < event.total) return [];
    const step = this.#step(`pull:${event.ref}`);
    const word = [event.layer, event.state].filter((part) => part !== '').join(': ');
    if (step.ended === word) return [];
    step.ended = word;
    return [Buffer.from(`#${step.number} pull ${event.ref}: ${word}\n`)];
  }
}

/** Lines that all have an end, with a prefix before each. */
function numbered(lines: Buffer, prefix: Buffer): Buffer {
  let count = 0;
  for (let at = lines.indexOf(NEWLINE); at !== -1; at = lines.indexOf(NEWLINE, at + 1)) count += 1;
  const out = Buffer.allocUnsafe(lines.length + count * prefix.length);
  let to = 0;
  for (let from = 0; from < lines.length; ) {
    const end = lines.indexOf(NEWLINE, from) + 1;
    to += prefix.copy(out, to);
    to += lines.copy(out, to, from, end);
    from = end;
  }
  return out;
}

function endWord({ error, cached, started, completed }: SolveVertex): string {
  if (error) return `ERROR: ${error}`;
  if (cached) return 'CACHED';
  const ms = Math.max(0, Date.parse(completed ?? '') - Date.parse(started ?? ''));
  return `DONE ${((Number.isFinite(ms) ? ms : 0) / 1000).toFixed(1)}s`;
}
