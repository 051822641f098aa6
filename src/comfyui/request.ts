import { request } from 'undici';
import type { Connection } from './connection.ts';
import { type Asked, answerFailure, answerTooLarge, connectionFailure } from './failures.ts';
import { parseAnswer } from './parse-answer.ts';

export interface RequestOptions {
  signal?: AbortSignal | undefined;
  /** For the whole answer; default 15,000 ms. */
  timeoutMs?: number | undefined;
}

export interface Query extends RequestOptions {
  method?: 'GET' | 'POST';
  path: string;
  body?: unknown;
  /** Instead of `body`: sent as it is. */
  form?: import('undici').FormData;
  /** Statuses whose JSON is an answer and not an accident; 200 always is one. */
  answers?: number[];
}

export interface Answer {
  status: number;
  /** Parsed JSON; undefined for an empty body. */
  json: unknown;
}

const DEFAULT_TIMEOUT_MS = 15_000;
/** object_info of a server with many node packs is a few MB; anything near this is no answer. */
const MAX_JSON_BYTES = 64 * 1024 * 1024;

/** Asks and reads JSON. Throws a Failure (comfyui-*) or the signal's reason. */
export async function ask(connection: Connection, query: Query): Promise<Answer> {
  return withTimeLimit(connection, query, async (asked, signal) => {
    const { statusCode, headers, body } = await request(`${connection.baseUrl}${query.path}`, {
      method: asked.method as 'GET' | 'POST',
      dispatcher: connection.dispatcher,
      headers: {
        ...connection.headers,
        ...(query.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(query.form ? { body: query.form } : {}),
      ...(query.body === undefined ? {} : { body: JSON.stringify(query.body) }),
      signal,
    });
    const text = await readBounded(body, MAX_JSON_BYTES, asked);
    const answer = { status: statusCode, type: String(headers['content-type'] ?? ''), text };
    if (statusCode !== 200 && !query.answers?.includes(statusCode)) {
      throw answerFailure(asked, answer);
    }
    if (text === '') return { status: statusCode, json: undefined };
    try {
      return { status: statusCode, json: parseAnswer(text) };
    } catch {
      throw answerFailure(asked, answer);
    }
  });
}

/** Runs one request under its time limit; errors of the connection come out as Failures. */
export async function withTimeLimit<T>(
  connection: Connection,
  query: { method?: string; path: string } & RequestOptions,
  body: (asked: Asked, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeoutMs = query.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const asked: Asked = {
    baseUrl: connection.baseUrl,
    method: query.method ?? 'GET',
    path: query.path.replace(/\?.*/, ''),
    timeoutMs,
  };
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    query.signal?.throwIfAborted();
    return await body(asked, query.signal ? AbortSignal.any([query.signal, limit]) : limit);
  } catch (error) {
    if (query.signal?.aborted) throw query.signal.reason;
    throw connectionFailure(limit.aborted ? limit.reason : error, asked);
  }
}

async function readBounded(
  body: AsyncIterable<Buffer>,
  maxBytes: number,
  asked: Asked,
): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    // Leaving the loop destroys the body, so that a server that never stops sending is cut off.
    if (bytes > maxBytes) throw answerTooLarge(asked, maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
