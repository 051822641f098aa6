// Ports of other programs: a wrong address is a sentence, never a crash.
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { afterEach, expect, it } from 'vitest';
import type { Io } from '../../../src/commands/io.ts';
import { smoke } from '../../../src/commands/smoke.ts';
import { smokeReportSchema } from '../../../src/contract/smoke.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function listening(greet: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    greet(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as { port: number }).port;
}

const onAsked = (answer: string) => (socket: Socket) =>
  socket.once('data', () => socket.end(answer));

it.each<[string, (socket: Socket) => void, string]>([
  ['a mail server greets', (s) => s.end('220 mail.example ESMTP\r\n'), 'comfyui-not-comfyui'],
  ['an ssh server answers', onAsked('SSH-2.0-OpenSSH_9.6\r\n'), 'comfyui-not-comfyui'],
  [
    'a TLS server refuses',
    (s) => s.end(Buffer.from('1503010002022e', 'hex')),
    'comfyui-not-comfyui',
  ],
  [
    'chunks of no length',
    onAsked('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nfoo'),
    'comfyui-not-comfyui',
  ],
  [
    'more after the answer than it said',
    onAsked('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello and more'),
    'comfyui-not-comfyui',
  ],
  [
    'a protocol nobody asked for',
    onAsked('HTTP/1.1 101 Switching\r\n\r\nxx'),
    'comfyui-not-comfyui',
  ],
  [
    'headers without an end',
    onAsked(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}`),
    'comfyui-not-comfyui',
  ],
  ['a line that is cut', (s) => s.once('data', () => s.destroy()), 'comfyui-unreachable'],
])('%s', async (_, greet, code) => {
  const port = await listening(greet);
  const out: string[] = [];
  const said: string[] = [];
  const io: Io = {
    ...{ env: {}, cwd: tmpdir(), home: tmpdir(), interactive: false },
    out: (line) => out.push(line),
    say: (line) => said.push(line),
  };
  const url = `http://127.0.0.1:${port}`;
  expect(await smoke({ url, json: true }, io)).toBe(15);
  const { ok, levels } = smokeReportSchema.parse(JSON.parse(out[0] ?? ''));
  expect(ok).toBe(false);
  expect(levels[0]).toMatchObject({ id: 'reachable', status: 'fail', code });
  expect(levels[0]?.detail).toContain(url);
});

it('https:// to a server that speaks plain HTTP says which address it may be', async () => {
  const port = await listening(onAsked('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const out: string[] = [];
  const io: Io = {
    ...{ env: {}, cwd: tmpdir(), home: tmpdir(), interactive: false },
    out: (line) => out.push(line),
    say: () => {},
  };
  expect(await smoke({ url: `https://127.0.0.1:${port}`, json: true }, io)).toBe(15);
  const { levels } = smokeReportSchema.parse(JSON.parse(out[0] ?? ''));
  expect(levels[0]).toMatchObject({
    code: 'comfyui-tls',
    detail: expect.stringContaining('http://'),
  });
});
