import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { webOf } from '../../src/models/web.ts';
import { hubFile } from './hub/hub.ts';
import { startProxy } from './hub/proxy.ts';
import { hubWith, pullFrom, REPO, scratch, wantedOf } from './hub/pulling.ts';
import { bytesOf } from './hub/random.ts';

const file = hubFile(REPO, 'x.bin', bytesOf(3, 300_000));

test('HTTP_PROXY is used for hub and storage, and NO_PROXY leaves it out', async () => {
  const hub = await hubWith({ files: [file] });
  const proxy = await startProxy();
  onTestFinished(() => proxy.close());
  const through = await pullFrom(hub, scratch(), [wantedOf(file)], {
    env: { HTTP_PROXY: proxy.url },
  });
  expect(through.failure).toBeNull();
  expect(proxy.seen.length).toBeGreaterThan(1);
  const before = proxy.seen.length;
  const env = { http_proxy: proxy.url, no_proxy: '127.0.0.1' };
  expect((await pullFrom(hub, scratch(), [wantedOf(file)], { env })).failure).toBeNull();
  expect(proxy.seen.length).toBe(before);
});

test('a hub that refuses connections is given up for all files, and each wait is told', async () => {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const folder = scratch();
  const part = join(folder, 'x.bin.part');
  writeFileSync(part, 'what came before');
  const wanted = Array.from({ length: 5 }, (_, at) =>
    wantedOf(file, { file: at === 0 ? 'x.bin' : `${at}.bin` }),
  );
  const { events, files } = await pullFrom({ url: `http://127.0.0.1:${port}` }, folder, wanted);
  for (const { failure } of files) {
    expect(failure?.details).toMatchObject({
      code: 'models-no-answer',
      sentence: `No answer from 127.0.0.1:${port}: it refuses the connection.`,
    });
  }
  const notes = events.flatMap((event) => (event.type === 'note' ? event.text : []));
  // The two that are fetched at a time; nobody waits again for the other three.
  expect(notes.length).toBe(10);
  expect(notes.at(-1)).toMatch(/no answer from 127\.0\.0\.1:\d+ .*, again in 1 s \(5 of 6\)$/);
  expect(readFileSync(part, 'utf8')).toBe('what came before');
});

/** An https server whose certificate only its own authority vouches for. */
async function secureServer(folder: string): Promise<string> {
  const made = spawnSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'],
      ...['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')],
    ],
    { encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(made.stderr);
  const server = createServer(
    { key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'cert.pem')) },
    (request, response) => {
      const [, from = '0', to = ''] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '') ?? [];
      const end = Math.min(file.size, Number(to || file.size - 1) + 1);
      response.writeHead(206, { 'content-range': `bytes ${from}-${end - 1}/${file.size}` });
      response.end(file.read(Number(from), end));
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('an authority of one’s own is trusted when it is given, also through a proxy', async () => {
  const folder = scratch();
  const url = await secureServer(folder);
  const proxy = await startProxy();
  onTestFinished(() => proxy.close());
  const wanted = wantedOf(file, {
    origin: { kind: 'url', url: `${url}/x.bin` },
    sha256: file.sha256,
  });
  const pullWith = async (env: NodeJS.ProcessEnv, ca: string[]) => {
    const web = webOf(env, ca);
    onTestFinished(() => web.destroy());
    return pullFrom({ url }, scratch(), [wanted], { web, limits: { patience: 2 } });
  };
  expect((await pullWith({}, [])).failure?.details.proof).toMatch(/self-signed certificate/);
  const ca = [join(folder, 'cert.pem')];
  expect((await pullWith({}, ca)).failure).toBeNull();
  expect((await pullWith({ HTTPS_PROXY: proxy.url }, ca)).failure).toBeNull();
  expect(proxy.seen).toContain(new URL(url).host);
});
