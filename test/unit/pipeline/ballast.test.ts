import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LogStore } from '../../../src/build/log-store.ts';
import { Ballast, releaseOldBallast } from '../../../src/pipeline/free-space-ballast.ts';
import { keepAwake } from '../../../src/pipeline/keep-awake.ts';
import { emptyResult } from '../../../src/pipeline/result.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import type { Ended, Processes } from '../../../src/ports/processes.ts';
import { systemProcesses } from '../../../src/ports/processes.ts';
import { Journal } from '../../../src/runner/journal.ts';
import { ResultReserve } from '../../../src/runner/result-reserve.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sd-ballast-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('ballast takes 64 MB that are really taken, and gives them back once', async () => {
  const ballast = new Ballast(dir);
  expect(ballast.release()).toBe(false);
  await ballast.take();
  const { blocks, mode } = statSync(join(dir, 'ballast'));
  expect(blocks * 512).toBeGreaterThanOrEqual(64 * 2 ** 20);
  expect(mode & 0o777).toBe(0o600);
  expect(ballast.release()).toBe(true);
  expect(existsSync(join(dir, 'ballast'))).toBe(false);
  expect(ballast.release()).toBe(false);
});

it('ballast of runs that were killed is given back, that of no other folder', async () => {
  const run = join(dir, '20261124-120000-aaaa');
  const other = join(dir, 'not-a-run');
  for (const each of [run, other]) {
    mkdirSync(each);
    writeFileSync(join(each, 'ballast'), 'x');
  }
  const record = {
    id: 'a',
    pid: 2 ** 22 + 1,
    pidStartedAt: null,
    startedAt: 'then',
    profile: null,
  };
  const rest = { recipe: 'custom', planDigest: null, choices: {} };
  writeFileSync(join(run, 'run.json'), JSON.stringify({ ...record, ...rest }));
  await releaseOldBallast(dir);
  expect(existsSync(join(run, 'ballast'))).toBe(false);
  expect(existsSync(join(other, 'ballast'))).toBe(true);
});

it('the machine is kept awake by a program that ends with this process', () => {
  const started: string[][] = [];
  let stopped: AbortSignal | undefined;
  const processes: Processes = {
    run: () => Promise.reject(new Error('not asked')),
    start(file, args, options) {
      started.push([file, ...args]);
      stopped = options?.signal;
      return systemProcesses.start('true', []);
    },
  };
  const awake = keepAwake(processes, 'linux', 42);
  expect(started[0]?.[0]).toBe('systemd-inhibit');
  expect(started[0]?.slice(-4)).toEqual(['tail', '--pid=42', '-f', '/dev/null']);
  awake.stop();
  expect(stopped?.aborted).toBe(true);
  keepAwake(processes, 'darwin', 42).stop();
  expect(started[1]).toEqual(['caffeinate', '-i', '-w', '42']);
  keepAwake(processes, 'win32', 42).stop();
  expect(started).toHaveLength(2);
});

it('a machine that cannot be kept awake is no failure', async () => {
  const ends: Promise<Ended>[] = [];
  const processes: Processes = {
    ...systemProcesses,
    start: (_file, args, options) => {
      const running = systemProcesses.start('/nonexistent/systemd-inhibit', args, options);
      ends.push(running.ended);
      return running;
    },
  };
  keepAwake(processes, 'linux').stop();
  expect((await Promise.all(ends))[0]?.errno).toBe('ENOENT');
});

it('a run keeps room for its result alone, and a killed one gives it back', async () => {
  const reserve = new ResultReserve(join(dir, 'result.reserve'));
  reserve.take();
  expect(statSync(join(dir, 'result.reserve')).size).toBe(512 * 1024);
  // The process under group docker does the same run: what its parent holds is not taken away.
  new ResultReserve(join(dir, 'result.reserve')).take();
  expect(existsSync(join(dir, 'result.reserve'))).toBe(true);
  reserve.release();
  expect(existsSync(join(dir, 'result.reserve'))).toBe(false);
});

const fullDisk = existsSync('/dev/full') ? it : it.skip;

fullDisk(
  'a full disk asks for the ballast before a line of the journal or the log is given up',
  async () => {
    let asked = 0;
    const onFull = () => {
      asked += 1;
      return true;
    };
    const journal = new Journal('/dev/full', systemClock);
    journal.onFull = onFull;
    const heard: string[] = [];
    journal.onEvent(({ type }) => heard.push(type));
    journal.emit({ type: 'note', level: 'info', text: 'still heard' });
    expect([asked, heard]).toEqual([1, ['note']]);
    journal.end({ type: 'result', ...emptyResult }, 120);
    expect(heard).toEqual(['note', 'result']);
    expect(asked).toBeGreaterThan(2);
    asked = 1;
    const store = new LogStore({ path: '/dev/full', onFull });
    store.push({ type: 'output', text: 'line' });
    await store.close();
    expect(asked).toBe(2);
    expect((store.error as NodeJS.ErrnoException).code).toBe('ENOSPC');
  },
);
