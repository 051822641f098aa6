import { z } from 'zod';
import type { StreamItem } from './json-values.ts';
import { decodeTrace } from './trace.ts';
import type { SolveEvent } from './types.ts';

/** What the engine's build and pull streams say (moby pkg/jsonmessage, builder/builder-next). */
export type EngineMessage =
  | { kind: 'event'; event: SolveEvent }
  | { kind: 'image'; id: string }
  | { kind: 'error'; message: string }
  | { kind: 'none' };

const messageSchema = z.object({
  id: z.string().optional(),
  aux: z.unknown().optional(),
  stream: z.string().optional(),
  status: z.string().optional(),
  progressDetail: z
    .object({ current: z.number().optional(), total: z.number().optional() })
    .nullish(),
  error: z.string().optional(),
  errorDetail: z.object({ message: z.string().optional() }).nullish(),
});
const imageSchema = z.object({ ID: z.string().startsWith('sha256:') });

/** Reads one message; `ref` names the image where the stream is a pull. */
export function engineMessage(item: StreamItem, ref?: string): EngineMessage {
  const output = (text: string): EngineMessage =>
    text.trim() === '' ? { kind: 'none' } : { kind: 'event', event: { type: 'output', text } };
  if (item.kind === 'text') return output(item.text);
  const parsed = messageSchema.safeParse(item.value);
  if (!parsed.success) return output(JSON.stringify(item.value));
  const message = parsed.data;
  if (message.error !== undefined || message.errorDetail) {
    return { kind: 'error', message: message.errorDetail?.message ?? message.error ?? '' };
  }
  if (message.id === 'moby.buildkit.trace' && typeof message.aux === 'string') {
    return { kind: 'event', event: { type: 'status', status: decodeTrace(message.aux) } };
  }
  if (message.id === 'moby.image.id') {
    const image = imageSchema.safeParse(message.aux);
    return image.success ? { kind: 'image', id: image.data.ID } : { kind: 'none' };
  }
  if (message.stream !== undefined) return output(message.stream.trimEnd());
  if (message.status !== undefined && ref !== undefined) {
    const layer = message.id ?? '';
    const { current = 0, total = 0 } = message.progressDetail ?? {};
    const pull = { ref, layer, state: message.status, current, total };
    return { kind: 'event', event: { type: 'pull', ...pull } };
  }
  return message.status === undefined ? { kind: 'none' } : output(message.status);
}
