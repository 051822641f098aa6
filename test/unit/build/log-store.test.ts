import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogStore } from '../../../src/build/log-store.ts';
import type { SolveEvent } from '../../../src/build/types.ts';
import { readRecording } from './recordings.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sd-log-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const log = (vertex: string, text: string): SolveEvent => ({
  type: 'status',
  status: { logs: [{ vertex, stream: 1, data: Buffer.from(text) }] },
});

describe('LogStore', () => {
  it('writes the raw bytes as plain progress, and is private', async () => {
    const path = join(dir, 'new', 'build.log');
    const store = new LogStore({ path });
    for (const event of readRecording('rawjson-fail-029').events) store.push(event);
    store.push(log('x', '\x1b]0;raw\x07 bytes'));
    await store.close();
    const lines = (await readFile(path, 'utf8')).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining(['#1 [internal] load build definition from Dockerfile.fail']),
    );
    const number = lines.find((line) => line.includes('[stage-2 2/2]'))?.split(' ')[0];
    expect(lines).toContain(`${number} error: boom`);
    expect(lines.find((line) => line.startsWith(`${number} ERROR: `))).toContain('exit code: 3');
    expect(lines.some((line) => line.endsWith('\x1b]0;raw\x07 bytes'))).toBe(true);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('keeps the last lines of each step, sanitised', async () => {
    const store = new LogStore({ path: join(dir, 'build.log'), bytesPerStep: 100 });
    for (let i = 0; i < 50; i += 1) store.push(log('a', `\x1b[2Kline ${i}\n`));
    store.push(log('a', 'not ended'));
    store.push(log('b', 'other\n'));
    expect(store.tail('a', 3)).toEqual(['line 48', 'line 49', 'not ended']);
    expect(store.tail('b', 3)).toEqual(['other']);
    expect(store.tail('c', 3)).toEqual([]);
    // What is kept begins with a whole line, and is not all that was printed.
    const kept = store.tail('a', 100);
    expect(kept.length).toBeLessThan(20);
    expect(kept[0]).toMatch(/^line \d+$/);
    await store.close();
  });

  it('writes by itself, on a timer', async () => {
    const path = join(dir, 'build.log');
    const store = new LogStore({ path, flushMs: 1 });
    store.push(log('a', 'now\n'));
    await expect.poll(() => readFile(path, 'utf8').catch(() => '')).toBe('#1 now\n');
    await store.close();
  });

  it('puts the file aside at its bound', async () => {
    const path = join(dir, 'build.log');
    const store = new LogStore({ path, maxBytes: 1_000 });
    for (let i = 0; i < 30; i += 1) {
      store.push(log('a', `${'x'.repeat(90)}\n`));
      await store.flush();
    }
    await store.close();
    expect((await stat(path)).size).toBeLessThanOrEqual(1_000);
    expect((await stat(`${path}.1`)).size).toBeLessThanOrEqual(1_000);
  });

  it('goes on when the file cannot be written, and says so', async () => {
    const path = join(dir, 'build.log');
    await mkdir(path);
    const store = new LogStore({ path });
    store.push(log('a', 'line\n'));
    await store.close();
    expect(store.error?.message).toContain('EISDIR');
    expect(store.tail('a', 1)).toEqual(['line']);
  });
});
