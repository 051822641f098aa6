// What comes over ComfyUI's WebSocket. Source: server.py and execution.py of Comfy-Org/ComfyUI
// v0.3.64 (send_sync, encode_bytes); recording in test/fixtures/comfyui-0.3.64/websocket.ndjson.
import { z } from 'zod';
import { parseAnswer } from './parse-answer.ts';

export type ServerMessage =
  | { type: 'status'; queueRemaining: number | null }
  | { type: 'execution_start'; promptId: string }
  | { type: 'execution_cached'; promptId: string; nodes: string[] }
  /** `node` null: the run is over and in the history. */
  | { type: 'executing'; promptId: string; node: string | null }
  | { type: 'progress'; promptId: string; node: string | null; value: number; max: number }
  | { type: 'executed'; promptId: string; node: string; output: Record<string, unknown> }
  | { type: 'execution_success'; promptId: string }
  | ({ type: 'execution_error'; promptId: string } & NodeException)
  | { type: 'execution_interrupted'; promptId: string; nodeId: string; nodeType: string }
  | { type: 'preview'; mime: string; image: Uint8Array }
  /** A kind that this program does not use, or does not know. */
  | { type: 'other'; name: string };

/** The exception of a node, as ComfyUI reports it. */
export interface NodeException {
  nodeId: string;
  nodeType: string;
  /** `RuntimeError`, `torch.OutOfMemoryError` … */
  exceptionType: string;
  message: string;
  traceback: string[];
}

const text = z.string().catch('');
const id = z.union([z.string(), z.number().transform(String)]);
const envelope = z.object({ type: z.string(), data: z.looseObject({}).catch({}) });

const exceptionSchema = z.looseObject({
  prompt_id: text,
  node_id: id.catch(''),
  node_type: text,
  exception_type: text,
  exception_message: text,
  traceback: z.array(z.string()).catch([]),
});

/** One text frame. What is no message is `other`, never an error: versions add kinds. */
export function parseTextMessage(frame: string): ServerMessage {
  let json: unknown;
  try {
    json = parseAnswer(frame);
  } catch {
    return { type: 'other', name: 'not-json' };
  }
  const parsed = envelope.safeParse(json);
  if (!parsed.success) return { type: 'other', name: 'not-a-message' };
  return parseMessage(parsed.data.type, parsed.data.data);
}

/** A message by its name and data; also used for the messages that the history keeps. */
export function parseMessage(name: string, data: unknown): ServerMessage {
  const other: ServerMessage = { type: 'other', name };
  switch (name) {
    case 'status':
      return { type: 'status', queueRemaining: statusSchema.parse(data) };
    case 'execution_start':
    case 'execution_success':
      return { type: name, promptId: promptSchema.parse(data).prompt_id };
    case 'execution_cached': {
      const cached = cachedSchema.parse(data);
      return { type: name, promptId: cached.prompt_id, nodes: cached.nodes };
    }
    case 'executing': {
      const executing = executingSchema.safeParse(data);
      if (!executing.success) return other;
      return { type: name, promptId: executing.data.prompt_id, node: executing.data.node };
    }
    case 'progress': {
      const progress = progressSchema.safeParse(data);
      if (!progress.success) return other;
      const { prompt_id: promptId, node, value, max } = progress.data;
      return { type: name, promptId, node, value, max };
    }
    case 'executed': {
      const executed = executedSchema.safeParse(data);
      if (!executed.success) return other;
      const { prompt_id: promptId, node, output } = executed.data;
      return { type: name, promptId, node, output };
    }
    case 'execution_error': {
      const error = exceptionSchema.parse(data);
      return {
        type: name,
        promptId: error.prompt_id,
        nodeId: error.node_id,
        nodeType: error.node_type,
        exceptionType: error.exception_type,
        message: error.exception_message.trim(),
        traceback: error.traceback,
      };
    }
    case 'execution_interrupted': {
      const cut = exceptionSchema.parse(data);
      return { type: name, promptId: cut.prompt_id, nodeId: cut.node_id, nodeType: cut.node_type };
    }
    default:
      return other;
  }
}

const empty = {};
const promptSchema = z.looseObject({ prompt_id: text }).catch({ prompt_id: '' });
const cachedSchema = z
  .looseObject({ prompt_id: text, nodes: z.array(id).catch([]) })
  .catch({ prompt_id: '', nodes: [] });
const executingSchema = z.looseObject({ prompt_id: text, node: id.nullable() });
const progressSchema = z.looseObject({
  prompt_id: text,
  node: id.nullable().catch(null),
  value: z.number(),
  max: z.number(),
});
const executedSchema = z.looseObject({
  prompt_id: text,
  node: id,
  output: z.record(z.string(), z.unknown()).catch(empty),
});
const statusSchema = z
  .looseObject({
    status: z.looseObject({ exec_info: z.looseObject({ queue_remaining: z.number() }) }),
  })
  .transform(({ status }) => status.exec_info.queue_remaining as number | null)
  .catch(null);

/**
 * One binary frame: 4 bytes kind, big-endian. 1 = picture with 4 bytes format (1 JPEG, 2 PNG),
 * 4 = 4 bytes length of JSON metadata, the JSON (`image_type`), then the picture. Others are `other`.
 */
export function parseBinaryMessage(frame: Uint8Array): ServerMessage {
  if (frame.byteLength < 8) return { type: 'other', name: 'binary-short' };
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const kind = view.getUint32(0);
  const second = view.getUint32(4);
  if (kind === 1) {
    const mime = second === 2 ? 'image/png' : 'image/jpeg';
    return { type: 'preview', mime, image: frame.subarray(8) };
  }
  if (kind === 4 && 8 + second <= frame.byteLength) {
    const metadata = new TextDecoder().decode(frame.subarray(8, 8 + second));
    const mime = /image\/[a-z]+/.exec(metadata)?.[0] ?? 'image/jpeg';
    return { type: 'preview', mime, image: frame.subarray(8 + second) };
  }
  return { type: 'other', name: `binary-${kind}` };
}
