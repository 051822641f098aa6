// What can go wrong between client and server while something is rendered: each has an end of its own,
// in seconds and not in the half hour that a render may take.

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createComfyClient } from '../../../src/comfyui/client.ts';
import { uploadSource } from '../../../src/comfyui/dance/upload.ts';
import { runGraph } from '../../../src/comfyui/run-graph.ts';
import { shippedGraph } from '../../../src/comfyui/shipped-graphs.ts';
import { runSmoke } from '../../../src/comfyui/smoke/run.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import { startStandIn } from '../rehearsal/stand-in.ts';
import { startScripted } from './scripted-server.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Sleeps take a hundredth of their time, and count in full. */
function hurried(): Clock & { passedMs: number } {
  const clock = {
    passedMs: 0,
    now: () => new Date(),
    monotonicMs: () => clock.passedMs,
    async sleep(ms: number, signal?: AbortSignal) {
      await systemClock.sleep(ms / 100, signal);
      clock.passedMs += ms;
    },
  };
  return clock;
}

type Fault = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A server that takes every graph; then the fault answers. */
async function taking(fault: Fault) {
  const cancelled: string[] = [];
  let taken = false;
  const server = await startScripted((request, response) => {
    if (request.url?.startsWith('/ws')) return false;
    const json = (value: unknown) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
      return true;
    };
    if (request.method === 'POST' && request.url === '/prompt' && !taken) {
      taken = true;
      return json({ prompt_id: 'p', number: 0, node_errors: {} });
    }
    if (request.method === 'POST') cancelled.push(request.url ?? '');
    return fault(request, response);
  });
  const client = createComfyClient({ url: server.url });
  cleanups.push(server.stop, client.close);
  return { client, cancelled };
}

async function render(fault: Fault, deadlines = {}) {
  const { client } = await taking(fault);
  const clock = hurried();
  const outcome = await runSmoke({
    ...{ client, clock, graph: await shippedGraph('rehearsal'), deadlines },
    ...{ levels: ['workflow', 'render'], gpuExpected: { kind: 'any' }, outDir: 'unused' },
    emit: () => {},
    signal: new AbortController().signal,
  });
  return { outcome, passedMs: clock.passedMs };
}

const gives =
  (status: number, type: string, body: string): Fault =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': type }).end(body);
    return true;
  };

describe('after the graph was taken', () => {
  it.each<[string, Fault, string]>([
    [
      'a proxy says 502 to every look',
      gives(502, 'text/html', '<html>Bad gateway</html>'),
      'comfyui-proxy-page',
    ],
    [
      'the server says 500 to every look',
      gives(500, 'text/plain', 'Internal error'),
      'comfyui-server-error',
    ],
    [
      'a sign-in page stands before it',
      gives(200, 'text/html', '<!doctype html>Sign in'),
      'comfyui-proxy-page',
    ],
    [
      'another program answers there',
      gives(404, 'text/plain', 'nothing here'),
      'comfyui-not-comfyui',
    ],
  ])('%s: over after a minute', async (_, fault, code) => {
    const { outcome, passedMs } = await render(fault);
    expect(outcome.failure?.code).toBe(code);
    expect(passedMs).toBeGreaterThanOrEqual(55_000);
    expect(passedMs).toBeLessThan(120_000);
  });

  it('a proxy that stumbles for half a minute costs nothing', async () => {
    let looks = 0;
    const { outcome } = await render((request, response) => {
      looks += 1;
      if (looks < 30) return gives(502, 'text/html', '<html>')(request, response);
      const done = {
        outputs: {},
        status: { status_str: 'success', completed: true, messages: [] },
      };
      return gives(200, 'application/json', JSON.stringify({ p: done }))(request, response);
    });
    expect(outcome.failure).toBeNull();
  });

  it('a server that accepts and never answers is given up by the level’s own limit', async () => {
    const { outcome } = await render(() => true, { render: 2_000 });
    expect(outcome.failure?.code).toBe('smoke-render-timeout');
  });

  it('a server that drips byte by byte, too', async () => {
    const { outcome } = await render(
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const timer = setInterval(() => response.write(' '), 2);
        response.on('close', () => clearInterval(timer));
        return true;
      },
      { render: 2_000 },
    );
    expect(outcome.failure?.code).toBe('smoke-render-timeout');
  });

  it('a run that ends by an error or a signal is taken off the server', async () => {
    const queue = { queue_running: [[0, 'p', {}, {}, []]], queue_pending: [] };
    const { client, cancelled } = await taking(
      gives(200, 'application/json', JSON.stringify(queue)),
    );
    const stop = new AbortController();
    const reason = new Error('Ctrl-C');
    const graph = await shippedGraph('rehearsal');
    const running = runGraph({
      ...{ client, graph, clientId: 'c', clock: hurried(), signal: stop.signal, what: 'it' },
      onSubmitted: () => setImmediate(() => stop.abort(reason)),
    });
    await expect(running).rejects.toBe(reason);
    expect(cancelled).toEqual(['/interrupt']);
  });
});

it('an answer without an end is cut off, and leaves nothing on the disk', async () => {
  const chunk = Buffer.alloc(1024 * 1024, 0x20);
  let sent = 0;
  const server = await startScripted((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 2e9 });
    const more = () => {
      while (!response.destroyed) {
        sent += chunk.length;
        if (!response.write(chunk)) return;
      }
    };
    response.on('drain', more).on('error', () => {});
    more();
    return true;
  });
  const client = createComfyClient({ url: server.url });
  const folder = await mkdtemp(join(tmpdir(), 'sd-faults-'));
  cleanups.push(() => rm(folder, { recursive: true }), server.stop, client.close);
  await expect(client.history('p')).rejects.toMatchObject({ code: 'comfyui-answer-too-large' });
  expect(sent).toBeLessThan(200e6);
  const file = { filename: 'x.mp4', subfolder: '', type: 'output' };
  const to = { path: join(folder, 'x.mp4'), maxBytes: 10e6 };
  await expect(client.download(file, to)).rejects.toMatchObject({
    code: 'comfyui-answer-too-large',
  });
  expect(await readdir(folder)).toEqual([]);
});

it('a file that the server takes no more of is said to be too large', async () => {
  const server = await startScripted((request, response) => {
    request.resume();
    response.writeHead(413, { 'content-type': 'text/plain' }).end('Maximum request body size');
    return true;
  });
  const client = createComfyClient({ url: server.url });
  cleanups.push(server.stop, client.close);
  const upload = uploadSource(client, import.meta.filename, new AbortController().signal);
  await expect(upload).rejects.toMatchObject({ code: 'comfyui-upload-too-large' });
});

it('a render that somebody else interrupts is no error of a node', async () => {
  const server = await startStandIn('hang-in-render');
  const client = createComfyClient({ url: server.url });
  cleanups.push(server.stop, client.close);
  const outcome = await runSmoke({
    ...{ client, clock: systemClock, graph: await shippedGraph('rehearsal') },
    ...{ gpuExpected: { kind: 'none' }, outDir: server.outDir },
    emit: (event) => {
      if (event.type === 'smoke.progress' && event.value === 2) {
        void fetch(`${server.url}/interrupt`, { method: 'POST' });
      }
    },
    signal: new AbortController().signal,
  });
  expect(outcome.failure?.code).toBe('smoke-render-interrupted');
  expect(outcome.failure?.message).toBe('Somebody stopped the test video on the server.');
});
