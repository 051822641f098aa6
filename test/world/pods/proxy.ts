// Runpod's proxy before a pod's port: 502 while nothing listens, 524 when no answer begins in 100 s
// (docs.runpod.io: expose-ports, troubleshooting-502-errors). WebSockets pass.
import { request as ask, createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

export interface PodProxy {
  /** Its pods are below `/{id}`. */
  url: string;
  /** Statuses that were given, in order. */
  statuses: number[];
  /** Milliseconds from question to first byte, the longest one. */
  slowestMs(): number;
  close(): Promise<void>;
}

export interface ProxyOptions {
  limitMs: number;
  upstream(id: string): string | null;
  passed(id: string, count: number): void;
}

export async function startPodProxy(options: ProxyOptions): Promise<PodProxy> {
  const counts = new Map<string, number>();
  const statuses: number[] = [];
  let slowest = 0;
  const target = (url: string) => {
    const [, id = '', ...rest] = url.split('/');
    const upstream = options.upstream(id);
    return { id, path: `/${rest.join('/')}`, upstream: upstream ? new URL(upstream) : null };
  };
  const server = createServer((request, response) => {
    const { id, path, upstream } = target(request.url ?? '/');
    const fail = (status: number) => {
      statuses.push(status);
      if (response.headersSent) return response.destroy();
      response.writeHead(status, { 'content-type': 'text/html' });
      response.end(`<html>${status}</html>`);
    };
    if (!upstream) return fail(502);
    const began = performance.now();
    const passed = ask(
      {
        host: upstream.hostname,
        port: upstream.port,
        path,
        method: request.method,
        headers: { ...request.headers, host: upstream.host },
      },
      (answer) => {
        clearTimeout(limit);
        slowest = Math.max(slowest, performance.now() - began);
        statuses.push(answer.statusCode ?? 0);
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
        const count = (counts.get(id) ?? 0) + 1;
        counts.set(id, count);
        options.passed(id, count);
      },
    );
    const limit = setTimeout(() => {
      passed.destroy();
      fail(524);
    }, options.limitMs);
    passed.on('error', () => {
      clearTimeout(limit);
      if (!response.writableEnded) fail(502);
    });
    request.pipe(passed);
  });
  server.on('upgrade', (request, socket, head) => {
    const { path, upstream } = target(request.url ?? '/');
    if (!upstream) return socket.destroy();
    const through = connect(Number(upstream.port), upstream.hostname, () => {
      const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`);
      through.write(`GET ${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
      through.write(head);
      through.pipe(socket).pipe(through);
    });
    through.on('error', () => socket.destroy());
    socket.on('error', () => through.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    statuses,
    slowestMs: () => slowest,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
