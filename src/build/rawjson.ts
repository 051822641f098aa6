import { z } from 'zod';
import type { StreamItem } from './json-values.ts';
import type { SolveEvent, SolveStatus } from './types.ts';

/**
 * `buildx build --progress=rawjson` prints client.SolveStatus as Go's encoder does: []byte in
 * base64, empty members left out, times with nanoseconds (moby/buildkit client/graph.go).
 */
const base64 = z.string().transform((text) => Buffer.from(text, 'base64'));
const base64Text = base64.transform((bytes) => bytes.toString('utf8'));
const time = z.string().optional();
const position = z.object({ line: z.number().default(0) }).nullish();

const vertex = z.object({
  digest: z.string(),
  inputs: z.array(z.string()).nullish(),
  name: z.string().default(''),
  started: time,
  completed: time,
  cached: z.boolean().optional(),
  error: z.string().optional(),
});
const vertexStatus = z.object({
  id: z.string(),
  vertex: z.string().default(''),
  name: z.string().optional(),
  total: z.number().default(0),
  current: z.number().default(0),
  timestamp: time,
  started: time,
  completed: time,
});
const log = z.object({
  vertex: z.string().default(''),
  stream: z.number().default(1),
  data: base64,
  timestamp: time,
});
const warning = z.object({
  vertex: z.string().default(''),
  level: z.number().default(0),
  short: base64Text.default(''),
  detail: z.array(base64Text).nullish(),
  url: z.string().optional(),
  range: z.array(z.object({ start: position, end: position })).nullish(),
});
const solveStatus = z.object({
  vertexes: z.array(vertex).nullish(),
  statuses: z.array(vertexStatus).nullish(),
  logs: z.array(log).nullish(),
  warnings: z.array(warning).nullish(),
});
const members = ['vertexes', 'statuses', 'logs', 'warnings'] as const;

/** A rawjson value as a status, or null when it is JSON of another kind. */
export function rawjsonStatus(value: unknown): SolveStatus | null {
  if (typeof value !== 'object' || value === null) return null;
  if (!members.some((member) => member in value)) return null;
  const parsed = solveStatus.safeParse(value);
  if (!parsed.success) return null;
  const { vertexes, statuses, logs, warnings } = parsed.data;
  const status: SolveStatus = {};
  if (vertexes?.length) {
    status.vertexes = vertexes.map(({ inputs, ...v }) =>
      defined({ ...v, ...(inputs ? { inputs } : {}) }),
    );
  }
  if (statuses?.length) status.statuses = statuses.map(defined);
  if (logs?.length) {
    status.logs = logs.map((l) => defined({ ...l, stream: l.stream === 2 ? 2 : 1 }));
  }
  if (warnings?.length) {
    status.warnings = warnings.map(({ detail, range, ...w }) =>
      defined({
        ...w,
        ...(detail?.length ? { detail } : {}),
        ...(range?.length
          ? { lines: range.map((r) => ({ start: r.start?.line ?? 0, end: r.end?.line ?? 0 })) }
          : {}),
      }),
    );
  }
  return status;
}

/** One item of buildx' stderr as an event. */
export function rawjsonEvent(item: StreamItem): SolveEvent {
  if (item.kind === 'text') return { type: 'output', text: item.text };
  const status = rawjsonStatus(item.value);
  return status ? { type: 'status', status } : { type: 'output', text: JSON.stringify(item.value) };
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Without members that are undefined: exactOptionalPropertyTypes tells the two apart. */
function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== undefined),
  ) as Defined<T>;
}
