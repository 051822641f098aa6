import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { recordings } from '../../unit/comfyui/recordings.ts';

type Respond = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A server that replays the recordings by method and path; `override` goes first when it answers. */
export async function startScripted(override: Respond = () => false) {
  const known = recordings();
  const requests: { method: string; url: string; headers: IncomingMessage['headers'] }[] = [];
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    requests.push({ method, url, headers });
    if (override(request, response)) return;
    const found = known.find((one) => one.method === method && one.path === url);
    if (!found) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(found.status, { 'content-type': found.contentType }).end(found.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A server that gives one answer to everything. */
export function always(status: number, type: string, body: string | Buffer) {
  return startScripted((_request, response) => {
    response.writeHead(status, { 'content-type': type }).end(body);
    return true;
  });
}
