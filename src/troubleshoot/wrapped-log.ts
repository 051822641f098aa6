import { rawjsonStatus } from '../build/rawjson.ts';
import { decodeTrace } from '../build/trace.ts';
import type { SolveStatus } from '../build/types.ts';

/** A line of text inside a JSON log, and the line of the file that holds it. */
export interface Unwrapped {
  text: string;
  line: number;
}

const wrappings =
  /^\s*\{\s*"(?:vertexes|statuses|logs|warnings|id":"moby|stream|status|errorDetail|error|log|v":1|aux|progressDetail)/;

/** True where the first lines of a file say that its text lies inside JSON values. */
export function isWrappedLog(head: string): boolean {
  const lines = head.split('\n', 30).map((line) => line.trimEnd());
  if (lines.some((line) => wrappings.test(line))) return true;
  const brace = lines.indexOf('{');
  return brace >= 0 && /^\s*"(?:vertexes|statuses|logs)": \[/.test(lines[brace + 1] ?? '');
}

/**
 * Takes the text out of logs that wrap it: `--progress=rawjson` (one value a line, or indented as
 * buildx 0.13 writes it), the engine's build stream with its traces, Docker's json-file, and this
 * program's own events. Steps come out as in `--progress=plain`, so that one set of rules reads all.
 */
export class LogUnwrapper {
  private line = 0;
  private open: { text: string; dataLines: number[]; errorLines: number[] } | null = null;
  private readonly steps = new Map<string, number>();
  private readonly named = new Set<string>();
  private readonly rest = new Map<string, string>();

  push(raw: string): Unwrapped[] {
    this.line += 1;
    const here = this.line;
    if (this.open) {
      this.open.text += `\n${raw}`;
      if (/^\s*"data":/.test(raw)) this.open.dataLines.push(here);
      if (/^\s*"error":/.test(raw)) this.open.errorLines.push(here);
      if (raw.trimEnd() !== '}' && this.open.text.length < 8_000_000) return [];
      const { text, dataLines, errorLines } = this.open;
      this.open = null;
      const status = rawjsonStatus(parse(text));
      return status ? this.status(status, here, dataLines, errorLines) : [];
    }
    if (raw.trimEnd() === '{') {
      this.open = { text: raw, dataLines: [], errorLines: [] };
      return [];
    }
    const value = raw.trimStart().startsWith('{') ? parse(raw) : null;
    return value ? this.value(value, raw, here) : [{ text: raw, line: here }];
  }

  private value(value: Record<string, unknown>, raw: string, line: number): Unwrapped[] {
    const text = (words: unknown): Unwrapped[] =>
      String(words)
        .replace(/\n$/, '')
        .split('\n')
        .map((part) => ({ text: part, line }));
    const status = rawjsonStatus(value);
    if (status) return this.status(status, line, [], []);
    if (value.id === 'moby.buildkit.trace' && typeof value.aux === 'string') {
      return this.status(trace(value.aux), line, [], []);
    }
    if (value.v === 1 && typeof value.type === 'string') return this.event(value, line);
    if (typeof value.log === 'string') return text(value.log);
    const detail = (value.errorDetail as { message?: string } | undefined)?.message ?? value.error;
    if (typeof detail === 'string') return text(`ERROR: ${detail}`);
    if (typeof value.stream === 'string') return text(value.stream);
    if (typeof value.status === 'string') return text(`${value.id ?? ''} ${value.status}`.trim());
    return [{ text: raw, line }];
  }

  /** An event of `run --json` or of a run's journal. */
  private event(event: Record<string, unknown>, line: number): Unwrapped[] {
    if (event.type === 'build.log') {
      return [{ text: `#${this.step(String(event.vertex))} ${String(event.text)}`, line }];
    }
    if (event.type === 'note') return [{ text: String(event.text), line }];
    if (event.type === 'smoke.level') return [{ text: String(event.detail ?? ''), line }];
    if (event.type !== 'build.vertex') return [];
    const step = `#${this.step(String(event.id))}`;
    if (event.state === 'failed') return [{ text: `${step} ERROR: ${event.error ?? ''}`, line }];
    return event.state === 'done' ? [{ text: `${step} DONE`, line }] : [];
  }

  private status(
    status: SolveStatus,
    line: number,
    dataLines: number[],
    errorLines: number[],
  ): Unwrapped[] {
    const out: Unwrapped[] = [];
    const ends: Unwrapped[] = [];
    let errors = 0;
    for (const { digest, name, completed, cached, error } of status.vertexes ?? []) {
      const step = `#${this.step(digest)}`;
      if (!this.named.has(digest)) {
        this.named.add(digest);
        out.push({ text: `${step} ${name ?? ''}`, line });
      }
      if (error) {
        ends.push({ text: `${step} ERROR: ${error}`, line: errorLines[errors++] ?? line });
      } else if (completed) ends.push({ text: `${step} ${cached ? 'CACHED' : 'DONE 0.0s'}`, line });
    }
    (status.logs ?? []).forEach(({ vertex, data }, index) => {
      const parts = `${this.rest.get(vertex) ?? ''}${Buffer.from(data).toString('utf8')}`.split(
        '\n',
      );
      this.rest.set(vertex, parts.pop() ?? '');
      for (const part of parts) {
        out.push({ text: `#${this.step(vertex)} ${part}`, line: dataLines[index] ?? line });
      }
    });
    return [...out, ...ends];
  }

  private step(digest: string): number {
    let number = this.steps.get(digest);
    if (number === undefined) {
      number = this.steps.size + 1;
      this.steps.set(digest, number);
    }
    return number;
  }
}

function trace(base64: string): SolveStatus {
  try {
    return decodeTrace(base64);
  } catch {
    // A cut line: what it held is lost, the rest of the log is not.
    return {};
  }
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
