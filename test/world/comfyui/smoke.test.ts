import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createComfyClient } from '../../../src/comfyui/client.ts';
import { type Graph, parseGraph } from '../../../src/comfyui/graph.ts';
import { readPng } from '../../../src/comfyui/media/png.ts';
import { runSmoke, type SmokeOptions } from '../../../src/comfyui/smoke/run.ts';
import type { EventBody } from '../../../src/contract/events.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import { assetPath } from '../../../src/recipe/assets.ts';
import type { Fault } from '../../../src/rehearsal/settings.ts';
import { startStandIn } from '../rehearsal/stand-in.ts';
import { always, startScripted } from './scripted-server.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const shipped = async (): Promise<Graph> => {
  const path = assetPath('docker', 'workflows', 'rehearsal.api.json');
  return parseGraph(await readFile(path, 'utf8'), path);
};

async function rehearse(fault: Fault, more: Partial<SmokeOptions> = {}) {
  const server = await startStandIn(fault);
  const client = createComfyClient({ url: server.url });
  cleanups.push(server.stop, client.close);
  const events: EventBody[] = [];
  const outcome = await runSmoke({
    client,
    graph: await shipped(),
    gpuExpected: { kind: 'none' },
    outDir: server.outDir,
    emit: (event) => events.push(event),
    signal: new AbortController().signal,
    clock: systemClock,
    ...more,
  });
  return { outcome, events, client };
}

const statuses = (levels: { id: string; status: string; code?: string | undefined }[]) =>
  levels.map(({ id, status, code }) => `${id} ${status}${code ? ` ${code}` : ''}`);

describe('a good server', () => {
  it('passes all levels, tells each as it ends, and saves a film that moves', async () => {
    const { outcome, events } = await rehearse('none', {
      fileExpected: { width: 256, height: 448, frames: 17 },
    });
    expect(statuses(outcome.levels)).toEqual([
      'reachable ok',
      'gpu skip',
      'nodes ok',
      'models skip',
      'workflow ok',
      'render ok',
      'file ok',
    ]);
    expect(outcome).toMatchObject({ ok: true, failure: null });
    expect(outcome.outputs).toMatchObject([{ mime: 'image/apng' }]);
    const output = outcome.outputs[0];
    const film = readPng(await readFile(output?.path ?? ''));
    expect(film).toMatchObject({ frameCount: 17, header: { width: 256, height: 448 } });
    const told = events.filter((event) => event.type === 'smoke.level');
    expect(told.map((event) => event.id)).toEqual(outcome.levels.map(({ id }) => id));
    const words = events.filter((event) => event.type === 'smoke.progress');
    expect(words).toContainEqual({
      type: 'smoke.progress',
      text: 'Draw the dance: 17 of 17',
      node: '1',
      value: 17,
      max: 17,
    });
  });

  it('runs the levels that are asked for and takes the others as passed', async () => {
    const { outcome } = await rehearse('none', { levels: ['reachable', 'nodes'] });
    expect(statuses(outcome.levels)).toEqual(['reachable ok', 'nodes ok']);
  });
});

describe('each fault fails its level', () => {
  const cases: [Fault, string, string][] = [
    ['missing-node', 'nodes', 'smoke-node-missing'],
    ['execution-error', 'render', 'smoke-render-error'],
    ['out-of-memory', 'render', 'smoke-out-of-memory'],
    ['black-video', 'file', 'smoke-file-black'],
    ['still-video', 'file', 'smoke-file-still'],
    ['file-gone', 'file', 'smoke-file-missing'],
  ];
  it.each(cases)('%s: %s is %s', async (fault, level, code) => {
    const { outcome } = await rehearse(fault);
    expect(outcome.ok).toBe(false);
    expect(outcome.failure?.code).toBe(code);
    const failed = outcome.levels.filter(({ status }) => status === 'fail');
    expect(failed).toMatchObject([{ id: level, code }]);
    const after = outcome.levels.slice(outcome.levels.findIndex(({ id }) => id === level) + 1);
    for (const { status, detail } of after) {
      expect(status).toBe('skip');
      expect(detail).toContain(level);
    }
  });

  it('a render over its deadline is taken off the server', async () => {
    const { outcome, client } = await rehearse('hang-in-render', { deadlines: { render: 300 } });
    expect(outcome.failure?.code).toBe('smoke-render-timeout');
    await expect.poll(() => client.queue()).toEqual({ running: [], pending: [] });
  });

  it('a cancelled test is taken off the server and ends with the reason', async () => {
    const caller = new AbortController();
    const reason = new Error('the person pressed Ctrl-C');
    let seen: unknown;
    const server = await startStandIn('hang-in-render');
    const client = createComfyClient({ url: server.url });
    cleanups.push(server.stop, client.close);
    await runSmoke({
      client,
      graph: await shipped(),
      gpuExpected: { kind: 'none' },
      outDir: server.outDir,
      emit: (event) => {
        if (event.type === 'smoke.progress' && event.value === 2) caller.abort(reason);
      },
      signal: caller.signal,
      clock: systemClock,
    }).catch((error) => {
      seen = error;
    });
    expect(seen).toBe(reason);
    await expect.poll(() => client.queue()).toEqual({ running: [], pending: [] });
  });

  it('a server that forgets the run is seen by the history alone', async () => {
    // As after a restart between submit and history: the run was taken and is not known any more.
    const server = await startScripted((request, response) => {
      const accepted = { prompt_id: 'p', number: 0, node_errors: {} };
      const queue = { queue_running: [], queue_pending: [] };
      const body = request.method === 'POST' ? accepted : request.url === '/queue' ? queue : {};
      if (request.url?.startsWith('/ws')) return false;
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      return true;
    });
    const client = createComfyClient({ url: server.url });
    cleanups.push(server.stop, client.close);
    const outcome = await runSmoke({
      client,
      graph: await shipped(),
      levels: ['workflow', 'render'],
      gpuExpected: { kind: 'none' },
      outDir: 'unused',
      emit: () => {},
      signal: new AbortController().signal,
      // Waiting costs nothing here: there is no WebSocket and no run.
      clock: {
        ...systemClock,
        sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 20 + ms / 100), signal),
      },
    });
    expect(outcome.failure?.code).toBe('smoke-render-lost');
  });
});

describe('the GPU', () => {
  it('is missed when one was asked for, and rendering is not tried', async () => {
    const gpuExpected = { kind: 'gpu', name: 'NVIDIA H100', memoryTotalBytes: 80e9 } as const;
    const { outcome } = await rehearse('none', { gpuExpected });
    expect(outcome.failure?.code).toBe('smoke-gpu-missing');
    expect(outcome.levels.find(({ id }) => id === 'render')?.status).toBe('skip');
  });

  const stats = (name: string, total: number) =>
    JSON.stringify({ system: {}, devices: [{ name, type: 'cuda', index: 0, vram_total: total }] });
  it.each([
    ['cuda:0 NVIDIA GeForce RTX 4090 : cudaMallocAsync', 25_250_000_000, 'ok', undefined],
    ['cuda:0 NVIDIA GeForce RTX 3060 : native', 12_600_000_000, 'fail', 'smoke-gpu-other'],
    ['cuda:0 NVIDIA GeForce RTX 4090 : native', 12_600_000_000, 'fail', 'smoke-gpu-memory'],
    ['cuda:0 NVIDIA GPU : rehearsal', 0, 'warn', undefined],
  ])('%s with %i bytes is %s', async (name, total, status, code) => {
    const server = await always(200, 'application/json', stats(name, total));
    const client = createComfyClient({ url: server.url });
    cleanups.push(server.stop, client.close);
    const { levels } = await runSmoke({
      client,
      graph: await shipped(),
      levels: ['gpu'],
      gpuExpected: {
        kind: 'gpu',
        name: 'NVIDIA GeForce RTX 4090',
        memoryTotalBytes: 25_757_220_864,
      },
      outDir: 'unused',
      emit: () => {},
      signal: new AbortController().signal,
      clock: systemClock,
    });
    expect(levels[0]?.status).toBe(status);
    expect(levels[0]?.code).toBe(code);
  });
});
