// The way to the server breaks while it renders: the run is followed to its end all the same.
import { readFile } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createComfyClient } from '../../../src/comfyui/client.ts';
import { parseGraph } from '../../../src/comfyui/graph.ts';
import { runSmoke } from '../../../src/comfyui/smoke/run.ts';
import type { EventBody } from '../../../src/contract/events.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import { assetPath } from '../../../src/recipe/assets.ts';
import { startStandIn } from '../rehearsal/stand-in.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A wire between client and stand-in that can be cut, or that lets no WebSocket through. */
async function wire(target: string, { webSocket }: { webSocket: boolean }) {
  const port = Number(new URL(target).port);
  const sockets = new Set<Socket>();
  const upgrades = { count: 0 };
  const server = createServer((near) => {
    const far = createConnection({ port, host: '127.0.0.1' });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    // An upgrade can come on a connection that was used for other requests before.
    near.on('data', (chunk: Buffer) => {
      const upgrade = chunk.toString('latin1').startsWith('GET /ws');
      if (upgrade) upgrades.count += 1;
      if (upgrade && !webSocket) {
        near.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      } else far.write(chunk);
    });
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  cleanups.push(async () => {
    cut();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, cut, upgrades };
}

async function render(webSocket: boolean, onProgress: (value: number, cut: () => void) => void) {
  const server = await startStandIn();
  cleanups.push(server.stop);
  const line = await wire(server.url, { webSocket });
  const client = createComfyClient({ url: line.url });
  cleanups.push(client.close);
  const path = assetPath('docker', 'workflows', 'rehearsal.api.json');
  const graph = parseGraph(await readFile(path, 'utf8'), path);
  // Long enough for a lost connection to come back in the middle.
  (graph[1] as { inputs: Record<string, unknown> }).inputs.frames = 65;
  const events: EventBody[] = [];
  const outcome = await runSmoke({
    client,
    graph,
    gpuExpected: { kind: 'none' },
    outDir: server.outDir,
    emit: (event) => {
      events.push(event);
      if (event.type === 'smoke.progress') onProgress(event.value ?? 0, line.cut);
    },
    signal: new AbortController().signal,
    clock: systemClock,
  });
  const progress = events.flatMap((event) =>
    event.type === 'smoke.progress' && event.value !== undefined ? [event.value] : [],
  );
  return { outcome, progress, upgrades: line.upgrades.count };
}

it('comes back to the WebSocket when it is cut in mid-run', async () => {
  const { outcome, progress, upgrades } = await render(true, (value, cut) => {
    if (value === 3) cut();
  });
  expect(outcome.failure).toBeNull();
  expect(upgrades).toBe(2);
  expect(progress).toContain(3);
  expect(progress).toContain(65);
});

it('follows the run by the history where no WebSocket comes through', async () => {
  const { outcome, progress } = await render(false, () => {});
  expect(outcome.failure).toBeNull();
  expect(outcome.outputs).toHaveLength(1);
  expect(progress).toEqual([]);
});
