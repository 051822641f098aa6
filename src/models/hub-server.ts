import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';

/** A verified file under the name that it has at the hub. */
export interface ServedModel {
  repo: string;
  path: string;
  /** Where it is on this machine. */
  local: string;
  bytes: number;
  sha256: string;
}

export interface HubServer {
  port: number;
  /** Body bytes that were handed to the network. */
  sentBytes(): number;
  close(): Promise<void>;
}

/**
 * Stands for the hub while models are baked into an image: gives verified files, and nothing else,
 * at `/{repo}/resolve/{revision}/{path}`, whole or in ranges. Any revision is answered: the files
 * are pinned by hash already.
 * @param host the address that the build can reach, and as few others as possible
 */
export async function serveHub(
  models: readonly ServedModel[],
  host: string,
  port = 0,
): Promise<HubServer> {
  let sent = 0;
  const server = createServer((request, response) => {
    answer(models, request, response, (bytes) => {
      sent += bytes;
    }).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    sentBytes: () => sent,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  models: readonly ServedModel[],
  request: IncomingMessage,
  response: ServerResponse,
  onSent: (bytes: number) => void,
): Promise<void> {
  const model = modelAt(models, request.url ?? '');
  const found = model ? await stat(model.local).catch(() => null) : null;
  if (!model || found?.size !== model.bytes) {
    response.writeHead(404).end();
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
    return;
  }
  const range = rangeOf(request.headers.range, model.bytes);
  const headers = {
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
    etag: `"${model.sha256}"`,
    'x-linked-size': String(model.bytes),
    'x-linked-etag': `"${model.sha256}"`,
  };
  if (range === 'unsatisfiable') {
    response.writeHead(416, { ...headers, 'content-range': `bytes */${model.bytes}` }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: model.bytes };
  response.writeHead(range ? 206 : 200, {
    ...headers,
    'content-length': String(end - start),
    ...(range ? { 'content-range': `bytes ${start}-${end - 1}/${model.bytes}` } : {}),
  });
  if (request.method === 'HEAD' || end === start) {
    response.end();
    return;
  }
  const body = createReadStream(model.local, { start, end: end - 1, highWaterMark: 1 << 20 });
  body.on('data', (chunk) => onSent(chunk.length));
  pipeline(body, response, () => undefined);
}

function modelAt(models: readonly ServedModel[], url: string): ServedModel | undefined {
  try {
    const { pathname } = new URL(url, 'http://hub');
    const parts = /^\/([^/]+\/[^/]+)\/resolve\/[^/]+\/(.+)$/.exec(pathname);
    const path = decodeURIComponent(parts?.[2] ?? '');
    return models.find((model) => model.repo === parts?.[1] && model.path === path);
  } catch {
    return undefined;
  }
}

/** One range, as curl and we ask for it; several at once are answered with the whole file. */
function rangeOf(
  header: string | undefined,
  bytes: number,
): { start: number; end: number } | 'unsatisfiable' | null {
  const asked = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  const [, from = '', to = ''] = asked ?? [];
  if (!asked || (from === '' && to === '')) return null;
  const start = from === '' ? Math.max(0, bytes - Number(to)) : Number(from);
  const end = from === '' || to === '' ? bytes : Math.min(bytes, Number(to) + 1);
  return start >= bytes || end <= start ? 'unsatisfiable' : { start, end };
}
