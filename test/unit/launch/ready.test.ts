import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type Docker from 'dockerode';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FrameReader } from '../../../src/launch/container-log.ts';
import {
  decideName,
  looksFailed,
  type NamedContainer,
} from '../../../src/launch/named-container.ts';
import { type ReadyWait, waitReady } from '../../../src/launch/ready.ts';
import { StartupLog } from '../../../src/launch/startup-log.ts';

/** Time that passes only when somebody sleeps. */
function clockOf() {
  let ms = 0;
  return {
    now: () => new Date(ms),
    monotonicMs: () => ms,
    sleep: async (forMs: number, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      ms += forMs;
    },
  };
}

/** The two calls of a container that the wait makes; the real ones are in test/engine/launch.test.ts. */
function containerThat(end: Promise<unknown>): Docker.Container {
  return { wait: () => end, inspect: async () => Promise.reject(new Error('gone')) } as never;
}

const never = new Promise<never>(() => {});

function wait(changes: Partial<ReadyWait>): Promise<number> {
  return waitReady({
    container: containerThat(never),
    name: 'steadydancer-a',
    url: 'http://127.0.0.1:1',
    startup: new StartupLog(),
    log: { ended: Promise.resolve(), close: async () => {} },
    needsLine: true,
    limitMs: 5_000,
    fetch: async () => ({ status: 200 }),
    clock: clockOf(),
    signal: new AbortController().signal,
    ...changes,
  });
}

describe('waitReady', () => {
  it('is not ready by HTTP alone', async () => {
    const startup = new StartupLog();
    startup.read('Total VRAM 24106 MB');
    await expect(wait({ startup })).rejects.toMatchObject({
      code: 'container-not-ready',
      message:
        'Container steadydancer-a is not ready after 5.0 s; its last line: Total VRAM 24106 MB',
    });
  });

  it('is not ready by its log alone', async () => {
    const startup = new StartupLog();
    startup.read('Starting server');
    const waiting = wait({ startup, fetch: async () => ({ status: 502 }) });
    const error = await waiting.catch((thrown) => thrown);
    expect(error.details.cause).toBe('http://127.0.0.1:1/system_stats does not answer.');
    expect(error.details.exitCode).toBe(17);
  });

  it('is ready by both, after as long as it took', async () => {
    const startup = new StartupLog();
    startup.read('To see the GUI go to: http://0.0.0.0:8188');
    let asked = 0;
    const fetch = async (url: string) => {
      expect(url).toBe('http://127.0.0.1:1/system_stats');
      asked += 1;
      if (asked < 3) throw new TypeError('fetch failed');
      return { status: 200 };
    };
    expect(await wait({ startup, fetch })).toBe(500);
  });

  it('needs no line of an image that has other words', async () => {
    expect(await wait({ needsLine: false })).toBe(0);
  });

  it('says when somebody removed it meanwhile', async () => {
    const container = containerThat(Promise.resolve({ StatusCode: 137 }));
    await expect(wait({ container })).rejects.toMatchObject({
      code: 'container-exited',
      message: 'Container steadydancer-a was removed while it started.',
    });
  });

  it('reads once more, and keeps, what was missed of one that dies at once', async () => {
    const words = "ModuleNotFoundError: No module named 'gguf'\n";
    const head = Buffer.from([2, 0, 0, 0, 0, 0, 0, words.length]);
    const info = { State: { ExitCode: 1, OOMKilled: false, Error: '' }, HostConfig: {} };
    const container = {
      wait: async () => ({ StatusCode: 1 }),
      inspect: async () => info,
      logs: async () => Buffer.concat([head, Buffer.from(words)]),
    } as never;
    const rawFile = join(mkdtempSync(join(tmpdir(), 'sd-ready-')), 'container.log');
    onTestFinished(() => rmSync(dirname(rawFile), { recursive: true, force: true }));
    await expect(wait({ container, again: { rawFile } })).rejects.toMatchObject({
      code: 'container-exited',
      details: { proof: words.trim() },
    });
    expect(readFileSync(rawFile, 'utf8')).toBe(words);
  });

  it("ends with the signal's reason", async () => {
    const reason = new Error('stop');
    await expect(wait({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe('FrameReader', () => {
  it('puts frames together however the stream was cut', () => {
    const frame = (channel: number, text: string) => {
      const head = Buffer.from([channel, 0, 0, 0, 0, 0, 0, 0]);
      head.writeUInt32BE(text.length, 4);
      return Buffer.concat([head, Buffer.from(text)]);
    };
    const stream = Buffer.concat([frame(1, 'out\n'), frame(2, ''), frame(2, 'err\n')]);
    for (let cut = 0; cut <= stream.length; cut += 1) {
      const seen: string[] = [];
      const reader = new FrameReader((channel, bytes) => void seen.push(`${channel}:${bytes}`));
      reader.push(stream.subarray(0, cut));
      reader.push(stream.subarray(cut));
      expect(seen).toEqual(['1:out\n', '2:', '2:err\n']);
    }
  });
});

describe('decideName', () => {
  const container = (state: object, plan: string | null = 'p'): NamedContainer =>
    ({
      Id: 'i',
      State: { Status: 'exited', Running: false, ExitCode: 0, OOMKilled: false, ...state },
      Config: {
        Labels:
          plan === null
            ? {}
            : {
                'io.steadydancer.run': 'r',
                'io.steadydancer.role': 'comfyui',
                'io.steadydancer.plan': plan,
              },
      },
    }) as unknown as NamedContainer;

  it.each<[string, NamedContainer | null, string]>([
    ['nothing', null, 'create'],
    ['running, same plan', container({ Running: true }), 'reuse'],
    ['running, other plan', container({ Running: true }, 'q'), 'replace'],
    ['paused, same plan', container({ Running: true, Paused: true }), 'replace'],
    ['stopped, same plan', container({ ExitCode: 143 }), 'start-again'],
    ['never started', container({ Status: 'created', ExitCode: 128 }), 'start-again'],
    ['failed, same plan', container({ ExitCode: 1 }), 'keep-aside'],
    ['failed, other plan', container({ ExitCode: 1 }, 'q'), 'keep-aside'],
    ['out of memory', container({ ExitCode: 137, OOMKilled: true }), 'keep-aside'],
    ['foreign', container({ Running: true }, null), 'refuse'],
    ['foreign and failed', container({ ExitCode: 1 }, null), 'refuse'],
  ])('%s: %#', (_, found, expected) => {
    expect(decideName(found, 'p').do).toBe(expected);
  });

  it('replaces one of another image under the same plan, when an id is asked for', () => {
    const running = { ...container({ Running: true }), Image: 'sha256:old' };
    expect(decideName(running, 'p', 'sha256:new').do).toBe('replace');
    expect(decideName(running, 'p', 'sha256:old').do).toBe('reuse');
  });

  it('does not take a stop for a failure', () => {
    expect(looksFailed(container({ ExitCode: 137 }).State)).toBe(false);
    expect(looksFailed(container({ ExitCode: 127 }).State)).toBe(true);
  });
});
