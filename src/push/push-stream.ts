import type { Readable } from 'node:stream';
import { z } from 'zod';
import { isBrokenConnection } from '../build/engine-stream.ts';
import { JsonValues, type StreamItem } from '../build/json-values.ts';

/** What the engine says of one layer while it pushes. */
export interface LayerNews {
  layer: string;
  status: string;
  /** Bytes sent and, where the engine tells it, of how many; sent can exceed the total. */
  current: number;
  total: number;
}

export interface PushEnd {
  /** `sha256:…` of the manifest; null when the registry took none. */
  digest: string | null;
  /** What went wrong, by the stream's last message; null when nothing did. */
  error: string | null;
}

/** moby api/types/jsonstream and PushResult; `error` is deprecated since API 1.48. */
const messageSchema = z.object({
  id: z.string().optional(),
  status: z.string().optional(),
  progressDetail: z
    .object({ current: z.number().optional(), total: z.number().optional() })
    .nullish(),
  aux: z.object({ Digest: z.string().optional() }).nullish(),
  error: z.string().optional(),
  errorDetail: z.object({ message: z.string().optional() }).nullish(),
});
const DIGEST = /digest: (sha256:[0-9a-f]{64})/;

/**
 * Reads the answer to a push to its end: it is 200 also when the push went wrong.
 * @throws the signal's reason; the connection is cut, which stops the push
 */
export async function readPushStream(
  stream: Readable,
  onLayer: (news: LayerNews) => void,
  signal: AbortSignal,
): Promise<PushEnd> {
  const values = new JsonValues();
  const end: PushEnd = { digest: null, error: null };
  const stop = () => stream.destroy();
  signal.addEventListener('abort', stop, { once: true });
  const take = (items: StreamItem[]) => {
    for (const item of items) takeOne(item, end, onLayer);
  };
  try {
    signal.throwIfAborted();
    for await (const chunk of stream) take(values.push(chunk as Buffer));
  } catch (error) {
    signal.throwIfAborted();
    if (!isBrokenConnection(error)) throw error;
    end.error ??= 'the engine closed the connection before the push was done';
  } finally {
    signal.removeEventListener('abort', stop);
    stream.destroy();
  }
  signal.throwIfAborted();
  take(values.end());
  if (end.digest === null) end.error ??= 'the engine named no digest';
  return end;
}

function takeOne(item: StreamItem, end: PushEnd, onLayer: (news: LayerNews) => void): void {
  if (item.kind === 'text') return;
  const parsed = messageSchema.safeParse(item.value);
  if (!parsed.success) return;
  const { id, status, progressDetail, aux, error, errorDetail } = parsed.data;
  if (errorDetail || error !== undefined) {
    end.error = errorDetail?.message ?? error ?? 'no words';
    return;
  }
  if (aux?.Digest) end.digest = aux.Digest;
  if (status === undefined) return;
  const told = DIGEST.exec(status)?.[1];
  if (told) end.digest = told;
  if (id === undefined || told) return;
  const { current = 0, total = 0 } = progressDetail ?? {};
  onLayer({ layer: id, status, current, total: Math.max(current, total) });
}
