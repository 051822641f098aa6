import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sendControl } from '../../../src/runner/control-client.ts';
import { listenForControl, type ReceivedControl } from '../../../src/runner/control-server.ts';
import { runFiles } from '../../../src/runner/run-record.ts';

let dir: string;
let received: ReceivedControl[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sd-control-'));
  received = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const listen = (folder: string) =>
  listenForControl(join(folder, runFiles.control), (message) => {
    received.push(message);
    return { ok: true };
  });

describe('control socket', () => {
  it('carries a message and its reply', async () => {
    const server = await listen(dir);
    expect(await sendControl(dir, { type: 'answer', id: 'port', answer: 'next' })).toEqual({
      ok: true,
    });
    expect(received).toEqual([{ type: 'answer', id: 'port', answer: 'next' }]);
    server.close();
  });

  it('fills in what a cancel leaves open', async () => {
    const server = await listen(dir);
    await sendControl(dir, { type: 'cancel' });
    expect(received).toEqual([{ type: 'cancel', signal: 'SIGINT', force: false }]);
    server.close();
  });

  it('answers nonsense with the reason and stays up', async () => {
    const server = await listen(dir);
    const reply = await sendControl(dir, { type: 'dance' } as never);
    expect(reply.ok).toBe(false);
    expect((await sendControl(dir, { type: 'pause' })).ok).toBe(true);
    server.close();
  });

  it('says so when nobody listens', async () => {
    expect((await sendControl(dir, { type: 'pause' })).ok).toBe(false);
  });

  it.runIf(process.platform === 'linux')(
    'works in a folder too deep for a socket path',
    async () => {
      const deep = join(dir, 'x'.repeat(60), 'y'.repeat(60));
      mkdirSync(deep, { recursive: true });
      const server = await listen(deep);
      expect((await sendControl(deep, { type: 'resume' })).ok).toBe(true);
      server.close();
    },
  );

  it('takes over the socket of a killed run', async () => {
    await listen(dir);
    const second = await listen(dir);
    expect((await sendControl(dir, { type: 'pause' })).ok).toBe(true);
    second.close();
  });
});
