import type { Readable } from 'node:stream';
import { engineMessage } from './engine-messages.ts';
import { JsonValues } from './json-values.ts';
import type { SolveEvent } from './types.ts';

export interface StreamEnd {
  /** Id of the image that was built, null when none was named. */
  imageId: string | null;
  /** The engine's `errorDetail`, null when there was none. */
  error: string | null;
  /** The connection broke before the answer was complete. */
  lost: boolean;
}

/**
 * Reads the answer to a build or a pull to its end. A broken connection is an end too, not an
 * exception. When the signal is aborted the stream is destroyed, which stops the build.
 * @param ref the image, where the answer is a pull's
 * @throws the signal's reason
 */
export async function readEngineStream(
  stream: Readable,
  onEvent: (event: SolveEvent) => void,
  signal: AbortSignal,
  ref?: string,
): Promise<StreamEnd> {
  const values = new JsonValues();
  const end: StreamEnd = { imageId: null, error: null, lost: false };
  const take = (items: ReturnType<JsonValues['push']>) => {
    for (const item of items) {
      const message = engineMessage(item, ref);
      if (message.kind === 'event') onEvent(message.event);
      else if (message.kind === 'image') end.imageId = message.id;
      else if (message.kind === 'error') end.error = message.message;
    }
  };
  const stop = () => stream.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    for await (const chunk of stream) take(values.push(chunk as Buffer));
  } catch (error) {
    signal.throwIfAborted();
    if (!isBrokenConnection(error)) throw error;
    end.lost = true;
  } finally {
    signal.removeEventListener('abort', stop);
    stream.destroy();
  }
  signal.throwIfAborted();
  take(values.end());
  return end;
}

/** Node's errors for a connection that ended in the middle of an answer. */
export function isBrokenConnection(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return (
    ['ECONNRESET', 'EPIPE', 'ECONNREFUSED', 'ERR_STREAM_PREMATURE_CLOSE', 'ENOENT'].includes(
      code ?? '',
    ) || /aborted|socket hang up|premature close/i.test(message ?? '')
  );
}
