import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetch } from 'undici';
import { debianMirror } from '../base-image.ts';

/**
 * The mirror that apt here is configured for, handed on to builds that reach nothing but this
 * machine. Packages are kept from run to run: their names never come again with other bytes.
 */
export async function serveDebianMirror(): Promise<{ port: number; close(): Promise<void> }> {
  const mirror = debianMirror();
  if (mirror === null) throw new Error("apt's configuration names no Debian mirror");
  const origin = mirror.replace(/\/debian\/?$/, '');
  const kept = join(tmpdir(), `steadydancer-test-debs-${process.getuid?.() ?? 0}`);
  mkdirSync(kept, { recursive: true });
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const file = join(kept, createHash('sha256').update(path).digest('hex'));
    const keep = path.endsWith('.deb');
    if (keep && existsSync(file)) {
      response.end(readFileSync(file));
      return;
    }
    fetch(`${origin}${path}`)
      .then(async (answer) => {
        const body = Buffer.from(await answer.arrayBuffer());
        if (keep && answer.ok) {
          writeFileSync(`${file}.${process.pid}`, body);
          renameSync(`${file}.${process.pid}`, file);
        }
        response.writeHead(answer.status, { 'Content-Length': body.length });
        response.end(body);
      })
      .catch((error: Error) => response.writeHead(502).end(error.message));
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
