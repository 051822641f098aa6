/** The part of BuildKit's SolveStatus that a diagnosis reads. */
export interface TraceStatus {
  vertexes?: {
    digest: string;
    name?: string;
    completed?: unknown;
    cached?: boolean;
    error?: string;
  }[];
  logs?: { vertex: string; data: Buffer }[];
}

/**
 * Decodes `moby.buildkit.trace` (protobuf). Field numbers: moby/buildkit
 * api/services/control/control.proto, StatusResponse, Vertex, VertexLog.
 */
export function decodeTrace(bytes: Buffer): TraceStatus {
  const vertexes: NonNullable<TraceStatus['vertexes']> = [];
  const logs: NonNullable<TraceStatus['logs']> = [];
  for (const [field, value] of fields(bytes)) {
    if (field === 1 && Buffer.isBuffer(value)) {
      const part = new Map(fields(value));
      vertexes.push({
        digest: String(part.get(1) ?? ''),
        name: String(part.get(3) ?? ''),
        cached: Number(part.get(4) ?? 0) === 1,
        completed: part.get(6),
        ...(part.has(7) ? { error: String(part.get(7)) } : {}),
      });
    } else if (field === 3 && Buffer.isBuffer(value)) {
      const part = new Map(fields(value));
      const data = part.get(4);
      logs.push({
        vertex: String(part.get(1) ?? ''),
        data: Buffer.isBuffer(data) ? data : Buffer.alloc(0),
      });
    }
  }
  return { vertexes, logs };
}

/** Field number and value of each field: varints as numbers, the rest as bytes. */
function* fields(bytes: Buffer): Generator<[number, Buffer | number]> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; at < bytes.length; shift *= 128) {
      const byte = bytes[at++] as number;
      value += (byte & 127) * shift;
      if (byte < 128) break;
    }
    return value;
  };
  while (at < bytes.length) {
    const key = varint();
    const field = Math.floor(key / 8);
    const wire = key % 8;
    if (wire === 0) yield [field, varint()];
    else if (wire === 2) {
      const length = varint();
      yield [field, bytes.subarray(at, at + length)];
      at += length;
    } else at += wire === 1 ? 8 : wire === 5 ? 4 : bytes.length;
  }
}
