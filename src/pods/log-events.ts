import { createInterface } from 'node:readline';
import { type Dispatcher, request } from 'undici';
import { sanitiseLine } from '../text/sanitise.ts';
import { type LogAnswer, logAnswerSchema } from './api-answers.ts';

export interface EventsRequest {
  web: Dispatcher;
  url: string;
  headers: Record<string, string>;
  signal: AbortSignal;
}

/**
 * A pod's log as server-sent events (`id: <ts>/<n>`, `data: {ts, source, line}`). Ends when the
 * connection does, whatever the reason: whoever follows a log also asks how the pod is.
 */
export async function* readEvents({
  web,
  url,
  headers,
  signal,
}: EventsRequest): AsyncIterable<LogAnswer> {
  try {
    const { statusCode, body } = await request(url, {
      dispatcher: web,
      headers: { ...headers, accept: 'text/event-stream' },
      signal,
    });
    if (statusCode !== 200) {
      await body.dump();
      return;
    }
    // The stream's own error ends the loop below; unheard it would end the program.
    body.on('error', () => undefined);
    for await (const text of createInterface({
      input: body,
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      const found = eventOf(text);
      if (found) yield found;
    }
  } catch {
    // Lost or stopped: see above.
  }
}

function eventOf(text: string): LogAnswer | null {
  if (!text.startsWith('data:')) return null;
  try {
    const { line, ...rest } = logAnswerSchema.parse(JSON.parse(text.slice(5)));
    return { ...rest, line: sanitiseLine(line) };
  } catch {
    return null;
  }
}
