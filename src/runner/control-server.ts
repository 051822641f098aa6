import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { createInterface } from 'node:readline';
import type { z } from 'zod';
import { type ControlReply, controlMessageSchema, withSocketPath } from './control-protocol.ts';

export type ReceivedControl = z.output<typeof controlMessageSchema>;

/** Listens on control.sock for the life of a run. `handle` gives the reply. */
export async function listenForControl(
  path: string,
  handle: (message: ReceivedControl) => ControlReply,
): Promise<{ close(): void }> {
  // Left by a killed run of the same folder; a living one holds the run's lock.
  rmSync(path, { force: true });
  const server: Server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    createInterface({ input: socket }).on('line', (line) => {
      socket.write(`${JSON.stringify(reply(line, handle))}\n`);
    });
  });
  const done = await withSocketPath(path, async (bindPath, release) => {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(bindPath, resolve);
    });
    return release;
  });
  chmodSync(path, 0o600);
  server.unref();
  return {
    close() {
      server.close();
      done();
      rmSync(path, { force: true });
    },
  };
}

function reply(line: string, handle: (message: ReceivedControl) => ControlReply): ControlReply {
  try {
    return handle(controlMessageSchema.parse(JSON.parse(line)));
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}
