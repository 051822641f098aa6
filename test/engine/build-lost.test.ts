import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { buildxBuilder } from '../../src/build/buildx-builder.ts';
import { engineBuilder } from '../../src/build/engine-builder.ts';
import type { Builder } from '../../src/build/types.ts';
import { systemProcesses } from '../../src/ports/processes.ts';
import { build, buildxEnv, busybox, contextWith } from './build-folder.ts';
import { describeWithEngine } from './engine.ts';

const folder = mkdtempSync(join(tmpdir(), 'sd-lost-'));
const folders = [folder];
afterAll(() => {
  for (const each of folders) rmSync(each, { recursive: true, force: true });
});

/** A way to the engine that can be cut. */
async function cuttable(name: string) {
  const engine = (process.env.DOCKER_HOST ?? '').replace(/^unix:\/\//, '');
  const path = join(folder, name);
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (near) => {
    const far = createConnection({ path: engine, allowHalfOpen: true });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { path, cut };
}

describeWithEngine('a connection that breaks in the middle of a step', () => {
  const ways: [string, (socket: string) => Builder | { reason: string }][] = [
    ['engine', (socketPath) => engineBuilder(new Docker({ socketPath }))],
    [
      'buildx',
      (socket) => {
        const found = buildxEnv('trixie');
        if ('reason' in found) return found;
        const env = { ...found.env, DOCKER_HOST: `unix://${socket}` };
        return buildxBuilder({ processes: systemProcesses, env });
      },
    ],
  ];
  for (const [name, make] of ways)
    it(`is said as such by ${name}`, async ({ skip }) => {
      const tool = busybox();
      const way = await cuttable(name);
      onTestFinished(way.cut);
      const builder = make(way.path);
      if ('reason' in tool) return skip(tool.reason);
      if ('reason' in builder) return skip(builder.reason);
      const contextDir = contextWith(
        `FROM scratch\nCOPY bin /bin\nRUN ["/bin/busybox", "sh", "-c", "echo ${name}; /bin/busybox sleep 30"]\n`,
        tool.file,
      );
      folders.push(contextDir);
      const built = await build(
        builder,
        { contextDir, tag: `sd-lost-test-${process.pid}:1`, noCache: true },
        {
          onEvent: (event) => {
            if (event.type === 'status' && event.status.logs?.length) way.cut();
          },
        },
      );
      expect(built.failure?.code).toBe('build-engine-lost');
    });
});
