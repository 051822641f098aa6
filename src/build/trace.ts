import { Message } from './protobuf.ts';
import type {
  SolveLog,
  SolveStatus,
  SolveVertex,
  SolveVertexStatus,
  SolveWarning,
} from './types.ts';

/**
 * Reads the `aux` of a `moby.buildkit.trace` message: a StatusResponse, in protobuf, in base64.
 * Field numbers: moby/buildkit api/services/control/control.proto (StatusResponse, Vertex,
 * VertexStatus, VertexLog, VertexWarning) and solver/pb/ops.proto (Range, Position).
 * Own code, because dockerode's decoder gives step output as text in base64 and loads protobufjs.
 * @throws RangeError when it is no such message.
 */
export function decodeTrace(base64: string): SolveStatus {
  const response = new Message(Buffer.from(base64, 'base64'));
  const status: SolveStatus = {};
  const vertexes = response.all(1).map(vertex);
  const statuses = response.all(2).map(vertexStatus);
  const logs = response.all(3).map(log);
  const warnings = response.all(4).map(warning);
  if (vertexes.length > 0) status.vertexes = vertexes;
  if (statuses.length > 0) status.statuses = statuses;
  if (logs.length > 0) status.logs = logs;
  if (warnings.length > 0) status.warnings = warnings;
  return status;
}

function vertex(bytes: Uint8Array): SolveVertex {
  const m = new Message(bytes);
  const inputs = m.texts(2);
  return {
    digest: m.text(1),
    name: m.text(3),
    ...(inputs.length > 0 ? { inputs } : {}),
    ...(m.number(4) ? { cached: true } : {}),
    ...time('started', m.bytes(5)),
    ...time('completed', m.bytes(6)),
    ...(m.text(7) ? { error: m.text(7) } : {}),
  };
}

function vertexStatus(bytes: Uint8Array): SolveVertexStatus {
  const m = new Message(bytes);
  return {
    id: m.text(1),
    vertex: m.text(2),
    ...(m.text(3) ? { name: m.text(3) } : {}),
    current: m.number(4),
    total: m.number(5),
    ...time('timestamp', m.bytes(6)),
    ...time('started', m.bytes(7)),
    ...time('completed', m.bytes(8)),
  };
}

function log(bytes: Uint8Array): SolveLog {
  const m = new Message(bytes);
  return {
    vertex: m.text(1),
    ...time('timestamp', m.bytes(2)),
    stream: m.number(3) === 2 ? 2 : 1,
    data: m.bytes(4) ?? new Uint8Array(),
  };
}

function warning(bytes: Uint8Array): SolveWarning {
  const m = new Message(bytes);
  const detail = m.texts(4);
  const lines = m.all(7).map((range) => {
    const r = new Message(range);
    const line = (position: Uint8Array | undefined) =>
      position ? new Message(position).number(1) : 0;
    return { start: line(r.bytes(1)), end: line(r.bytes(2)) };
  });
  return {
    vertex: m.text(1),
    level: m.number(2),
    short: m.text(3),
    ...(detail.length > 0 ? { detail } : {}),
    ...(m.text(5) ? { url: m.text(5) } : {}),
    ...(lines.length > 0 ? { lines } : {}),
  };
}

/** google.protobuf.Timestamp as ISO-8601 with nanoseconds, as rawjson writes it. */
function time<K extends string>(key: K, bytes: Uint8Array | undefined): { [P in K]?: string } {
  if (!bytes) return {};
  const m = new Message(bytes);
  const seconds = m.number(1);
  const fraction = m.number(2).toString().padStart(9, '0').replace(/0+$/, '');
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return { [key]: `${whole}${fraction ? `.${fraction}` : ''}Z` } as { [P in K]?: string };
}
