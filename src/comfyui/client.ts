import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FormData, request } from 'undici';
import type { z } from 'zod';
import { type Connection, type ConnectionOptions, openConnection } from './connection.ts';
import { type Asked, answerFailure, answerTooLarge } from './failures.ts';
import type { Graph } from './graph.ts';
import { ask, type Query, type RequestOptions, withTimeLimit } from './request.ts';
import {
  type HistoryEntry,
  historySchema,
  type NodeClass,
  type NodeErrors,
  objectInfoSchema,
  type PromptError,
  promptAcceptedSchema,
  promptRefusedSchema,
  queueSchema,
  type SystemStats,
  systemStatsSchema,
  uploadedSchema,
} from './schemas.ts';

/** A file by ComfyUI's naming; `type` is output, temp or input. */
export interface ServerFile {
  filename: string;
  subfolder: string;
  type: string;
}

/** `accepted` can carry node errors: some outputs were good enough to be queued, others were not. */
export type Submitted =
  | { accepted: true; promptId: string; number: number; nodeErrors: NodeErrors }
  | { accepted: false; error: PromptError; nodeErrors: NodeErrors };

export interface Queue {
  running: string[];
  pending: string[];
}

export interface Downloaded {
  path: string;
  bytes: number;
  /** As the server names it, without parameters. */
  mime: string;
}

/** ComfyUI over HTTP. Every call throws a Failure (comfyui-*) or the signal's reason. */
export interface ComfyClient {
  readonly connection: Connection;
  systemStats(options?: RequestOptions): Promise<SystemStats>;
  /** One class; null when the server does not have it. */
  nodeClass(classType: string, options?: RequestOptions): Promise<NodeClass | null>;
  objectInfo(options?: RequestOptions): Promise<Record<string, NodeClass>>;
  submit(graph: Graph, clientId: string, options?: RequestOptions): Promise<Submitted>;
  queue(options?: RequestOptions): Promise<Queue>;
  /** Null until the run is over, and for a run that the server does not know. */
  history(promptId: string, options?: RequestOptions): Promise<HistoryEntry | null>;
  /** Writes a file of the server to `path`, through `path.part`; never more than `maxBytes`. */
  download(
    file: ServerFile,
    to: { path: string; maxBytes: number },
    options?: RequestOptions,
  ): Promise<Downloaded>;
  /** Pictures and videos go the same way, into the server's input folder. */
  upload(
    file: { name: string; data: Blob; subfolder?: string; overwrite?: boolean },
    options?: RequestOptions,
  ): Promise<ServerFile>;
  /** Takes one run out of the queue, or stops it when it is the one that runs; nobody else's. */
  cancel(promptId: string, options?: RequestOptions): Promise<void>;
  /** Lets the server drop its models and free memory. */
  free(options?: RequestOptions): Promise<void>;
  close(): Promise<void>;
}

const DOWNLOAD_TIMEOUT_MS = 10 * 60_000;

export function createComfyClient(options: ConnectionOptions): ComfyClient {
  const connection = openConnection(options);
  const get = <T extends z.ZodType>(path: string, schema: T, query: RequestOptions = {}) =>
    read({ path, ...query }, schema);

  async function read<T extends z.ZodType>(query: Query, schema: T): Promise<z.output<T>> {
    const answer = await ask(connection, query);
    const parsed = schema.safeParse(answer.json);
    if (parsed.success) return parsed.data;
    throw notComfyUi(query, answer.json);
  }

  function notComfyUi(query: Query, json: unknown): Error {
    return answerFailure(
      {
        baseUrl: connection.baseUrl,
        method: query.method ?? 'GET',
        path: query.path,
        timeoutMs: 0,
      },
      { status: 200, type: 'application/json', text: JSON.stringify(json) ?? '' },
    );
  }

  const client: ComfyClient = {
    connection,
    systemStats: (query) => get('/system_stats', systemStatsSchema, query),
    objectInfo: (query) => get('/object_info', objectInfoSchema, query),

    async nodeClass(classType, query) {
      const path = `/object_info/${encodeURIComponent(classType)}`;
      const info = await get(path, objectInfoSchema, query);
      return info[classType] ?? null;
    },

    async submit(graph, clientId, options = {}) {
      const query: Query = {
        method: 'POST',
        path: '/prompt',
        body: { prompt: graph, client_id: clientId },
        answers: [400],
        ...options,
      };
      const answer = await ask(connection, query);
      if (answer.status === 400) {
        const refused = promptRefusedSchema.safeParse(answer.json);
        if (!refused.success) throw notComfyUi(query, answer.json);
        const { error, node_errors: nodeErrors } = refused.data;
        return { accepted: false, error, nodeErrors };
      }
      const accepted = promptAcceptedSchema.safeParse(answer.json);
      if (!accepted.success) throw notComfyUi(query, answer.json);
      const { prompt_id: promptId, number, node_errors: nodeErrors } = accepted.data;
      return { accepted: true, promptId, number, nodeErrors };
    },

    async queue(query) {
      const queue = await get('/queue', queueSchema, query);
      return { running: queue.queue_running, pending: queue.queue_pending };
    },

    async history(promptId, query) {
      const path = `/history/${encodeURIComponent(promptId)}`;
      const history = await get(path, historySchema, query);
      return history[promptId] ?? null;
    },

    download: (file, to, query = {}) => download(connection, file, to, query),

    async upload(file, query = {}) {
      const form = new FormData();
      form.append('image', file.data, file.name);
      form.append('type', 'input');
      form.append('subfolder', file.subfolder ?? '');
      if (file.overwrite) form.append('overwrite', 'true');
      const uploaded = await read(
        {
          method: 'POST',
          path: '/upload/image',
          form,
          timeoutMs: DOWNLOAD_TIMEOUT_MS,
          ...query,
        },
        uploadedSchema,
      );
      return { filename: uploaded.name, subfolder: uploaded.subfolder, type: uploaded.type };
    },

    async cancel(promptId, query = {}) {
      const { running, pending } = await client.queue(query);
      if (pending.includes(promptId)) {
        await ask(connection, {
          method: 'POST',
          path: '/queue',
          body: { delete: [promptId] },
          ...query,
        });
      } else if (running.includes(promptId)) {
        // Older servers stop whatever runs, hence the look at the queue first.
        await ask(connection, {
          method: 'POST',
          path: '/interrupt',
          body: { prompt_id: promptId },
          ...query,
        });
      }
    },

    async free(query = {}) {
      const body = { unload_models: true, free_memory: true };
      await ask(connection, { method: 'POST', path: '/free', body, ...query });
    },

    close: () => connection.dispatcher.destroy(),
  };
  return client;
}

async function download(
  connection: Connection,
  file: ServerFile,
  to: { path: string; maxBytes: number },
  options: RequestOptions,
): Promise<Downloaded> {
  const name = { filename: file.filename, subfolder: file.subfolder, type: file.type };
  const path = `/view?${new URLSearchParams(name)}`;
  const partial = `${to.path}.part`;
  const query = { path, timeoutMs: DOWNLOAD_TIMEOUT_MS, ...options };
  return withTimeLimit(connection, query, async (asked, signal) => {
    const { statusCode, headers, body } = await request(`${connection.baseUrl}${path}`, {
      dispatcher: connection.dispatcher,
      headers: connection.headers,
      signal,
    });
    const type = String(headers['content-type'] ?? '');
    if (statusCode !== 200) {
      const text = (await body.text()).slice(0, 4096);
      throw answerFailure(asked, { status: statusCode, type, text });
    }
    let bytes = 0;
    try {
      const counted = Readable.from(
        bounded(body, to.maxBytes, asked, (count) => {
          bytes += count;
        }),
      );
      await pipeline(counted, createWriteStream(partial), { signal });
      await rename(partial, to.path);
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
    return { path: to.path, bytes, mime: type.split(';')[0]?.trim() || mimeByName(to.path) };
  });
}

async function* bounded(
  body: AsyncIterable<Buffer>,
  maxBytes: number,
  asked: Asked,
  count: (bytes: number) => void,
): AsyncIterable<Buffer> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw answerTooLarge(asked, maxBytes);
    count(chunk.length);
    yield chunk;
  }
}

function mimeByName(path: string): string {
  const extension = basename(path).split('.').pop()?.toLowerCase() ?? '';
  const known: Record<string, string> = { png: 'image/png', mp4: 'video/mp4', gif: 'image/gif' };
  return known[extension] ?? 'application/octet-stream';
}
