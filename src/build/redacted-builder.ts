import { Failure } from '../contract/failure.ts';
import { redact } from '../text/redact.ts';
import { SecretFilter } from '../text/redact-stream.ts';
import type { Builder, SolveEvent, SolveLog, SolveStatus } from './types.ts';

/**
 * A builder whose events and failures hold no secret: neither one of `secrets` nor what looks like
 * one, also where a step's output was split in the middle of it.
 */
export function redactedBuilder(builder: Builder, secrets: readonly string[]): Builder {
  return {
    transport: builder.transport,
    async build(request, onEvent, signal) {
      const redaction = new EventRedaction(secrets);
      try {
        return await builder.build(request, (event) => onEvent(redaction.event(event)), signal);
      } catch (error) {
        throw error instanceof Failure ? redaction.failure(error) : error;
      } finally {
        const logs = redaction.end();
        if (logs.length > 0) onEvent({ type: 'status', status: { logs } });
      }
    },
  };
}

class EventRedaction {
  readonly #secrets: readonly string[];
  readonly #filters = new Map<string, { filter: SecretFilter; log: SolveLog }>();

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
  }

  event(event: SolveEvent): SolveEvent {
    if (event.type === 'output') return { ...event, text: this.#text(event.text) };
    return event.type === 'status' ? { type: 'status', status: this.#status(event.status) } : event;
  }

  /** What steps that never ended had said last. */
  end(): SolveLog[] {
    return [...this.#filters.keys()].flatMap((key) => this.#rest(key));
  }

  failure(error: Failure): Failure {
    const { details } = error;
    const text = (value: string) => this.#text(value);
    const clean = new Failure(
      {
        ...details,
        sentence: text(details.sentence),
        ...(details.proof === undefined ? {} : { proof: text(details.proof) }),
        ...(details.cause === undefined ? {} : { cause: text(details.cause) }),
      },
      { cause: error.cause },
    );
    return clean;
  }

  #status(status: SolveStatus): SolveStatus {
    const { vertexes, logs, warnings } = status;
    const ended = (vertexes ?? []).filter(({ completed }) => completed !== undefined);
    const clean = [
      ...(logs ?? []).flatMap((log) => this.#log(log)),
      ...ended.flatMap(({ digest }) =>
        [1, 2].flatMap((stream) => this.#rest(`${stream} ${digest}`)),
      ),
    ];
    return {
      ...status,
      ...(vertexes
        ? {
            vertexes: vertexes.map((vertex) => ({
              ...vertex,
              name: this.#text(vertex.name),
              ...(vertex.error === undefined ? {} : { error: this.#text(vertex.error) }),
            })),
          }
        : {}),
      ...(logs || clean.length > 0 ? { logs: clean } : {}),
      ...(warnings
        ? {
            warnings: warnings.map((warning) => ({
              ...warning,
              short: this.#text(warning.short),
              ...(warning.detail ? { detail: warning.detail.map((line) => this.#text(line)) } : {}),
            })),
          }
        : {}),
    };
  }

  #log(log: SolveLog): SolveLog[] {
    const key = `${log.stream} ${log.vertex}`;
    const known = this.#filters.get(key) ?? { filter: new SecretFilter(this.#secrets), log };
    this.#filters.set(key, known);
    const data = known.filter.push(log.data);
    return data.length === 0 ? [] : [{ ...log, data }];
  }

  #rest(key: string): SolveLog[] {
    const known = this.#filters.get(key);
    if (!known) return [];
    this.#filters.delete(key);
    const data = known.filter.end();
    return data.length === 0 ? [] : [{ ...known.log, data }];
  }

  #text(text: string): string {
    return redact(text, { secrets: this.#secrets });
  }
}
