import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PromptQueue } from './execute.ts';
import { FileStore } from './files.ts';
import { answer, type Reply, type RouteContext } from './routes.ts';
import { nodeRunner } from './run-node.ts';
import type { Settings } from './settings.ts';
import { acceptWebSocket, type ServerSocket } from './websocket.ts';

export interface Rehearsal {
  /** Resolves with the port that it listens on. */
  listen(): Promise<number>;
  /** Ends at once: open connections are cut. */
  close(): Promise<void>;
}

/** Uploads of ComfyUI's default `--max-upload-size`. */
const MAX_BODY_BYTES = 100 * 1024 * 1024;

/** A stand-in for ComfyUI: its API as far as this program uses it, and a figure that dances. */
export function createRehearsal(settings: Settings, log: (line: string) => void): Rehearsal {
  const sockets = new Map<ServerSocket, string>();
  const files = new FileStore(settings);
  const queue = new PromptQueue({
    log,
    runNode: nodeRunner(files, settings.fault),
    send: (type, data, clientId) => {
      const text = JSON.stringify({ type, data });
      for (const [socket, id] of sockets) {
        if (clientId === null || clientId === id) socket.sendText(text);
      }
    },
    preview: (image, clientId) => {
      // Kind 1, picture; format 2, PNG.
      const frame = Buffer.concat([Buffer.from([0, 0, 0, 1, 0, 0, 0, 2]), image]);
      for (const [socket, id] of sockets) if (id === clientId) socket.sendBinary(frame);
    },
  });
  const context: RouteContext = { settings, files, queue, log, nextNumber: 0 };
  const server = createServer((request, response) => {
    void serve(context, request, response);
  });
  server.on('upgrade', (request, socket) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const id = url.searchParams.get('clientId') || crypto.randomUUID().replaceAll('-', '');
    const accepted = acceptWebSocket(request, socket, () => {
      if (accepted) sockets.delete(accepted);
    });
    if (!accepted) return;
    sockets.set(accepted, id);
    const status = { exec_info: { queue_remaining: queue.remaining } };
    accepted.sendText(JSON.stringify({ type: 'status', data: { status, sid: id } }));
  });
  return {
    listen: () => listening(server, settings),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets.keys()) socket.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server, { port, listen }: Settings): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, listen, () => resolve((server.address() as AddressInfo).port));
  });
}

async function serve(
  context: RouteContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let reply: Reply;
  try {
    const body = await readBody(request);
    if (body === null) reply = text(413, 'Maximum request body size exceeded');
    else {
      const url = new URL(request.url ?? '/', 'http://localhost');
      reply = await answer(context, {
        method: request.method ?? 'GET',
        // Every route of ComfyUI also lies under /api.
        path: decodeURIComponent(url.pathname.replace(/^\/api(?=\/)/, '')),
        query: url.searchParams,
        contentType: request.headers['content-type'] ?? '',
        body,
      });
    }
  } catch {
    reply = text(500, '500 Internal Server Error\n\nServer got itself in trouble');
  }
  response.writeHead(reply.status, {
    ...(reply.type ? { 'content-type': reply.type } : {}),
    'content-length': reply.body.length,
    server: 'steadydancer-rehearsal',
    ...reply.headers,
  });
  response.end(request.method === 'HEAD' ? undefined : reply.body);
}

function text(status: number, body: string): Reply {
  return { status, type: 'text/plain; charset=utf-8', body: Buffer.from(body) };
}

async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_BODY_BYTES) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
