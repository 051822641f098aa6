import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { systemProcesses } from '../../../src/ports/processes.ts';

const port = pathToFileURL(join(import.meta.dirname, '../../../src/ports/processes.ts')).href;

/** Runs a module in a process group of its own, so that what it does to its group hurts nobody. */
async function inOwnGroup(source: string): Promise<{ code: number | null; signal: string | null }> {
  const args = ['--input-type=module', '-e', `import {systemProcesses} from '${port}'; ${source}`];
  const child = spawn(process.execPath, args, { detached: true, stdio: 'ignore' });
  const [code, signal] = await once(child, 'exit');
  return { code, signal };
}

it.each([
  ['before it starts', 'const signal = AbortSignal.abort();'],
  ['in the same breath', 'const stop = new AbortController(); const { signal } = stop;'],
])('a program that is not there and is stopped %s ends nobody else', async (_when, begin) => {
  const source = `${begin}
    const { ended } = systemProcesses.start('/nonexistent/program', [], { signal });
    if (typeof stop !== 'undefined') stop.abort();
    const { errno } = await ended;
    process.exit(errno === 'ENOENT' ? 7 : 8);`;
  expect(await inOwnGroup(source)).toEqual({ code: 7, signal: null });
});

it('a program that ignores SIGTERM does not outlive this one', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'sd-processes-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const pidFile = join(dir, 'pid');
  const script = `trap "" TERM; echo $$ > ${pidFile}; while :; do sleep 0.05; done`;
  const source = `import { existsSync, readFileSync } from 'node:fs';
    const stop = new AbortController();
    systemProcesses.start('sh', ['-c', ${JSON.stringify(script)}], { signal: stop.signal });
    setInterval(() => {
      if (!existsSync('${pidFile}') || readFileSync('${pidFile}', 'utf8') === '') return;
      stop.abort();
      process.exit(0);
    }, 10);`;
  await inOwnGroup(source);
  const pid = Number(readFileSync(pidFile, 'utf8'));
  await expect.poll(() => existsSync(`/proc/${pid}/cmdline`) && isRunning(pid)).toBe(false);
});

it('what a program started is stopped with it, where that is asked for', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'sd-processes-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const pidFile = join(dir, 'pid');
  const stop = new AbortController();
  const { ended } = systemProcesses.start(
    'sh',
    [
      '-c',
      `sh -c 'echo $$ > ${pidFile}; for each in $(seq 600); do sleep 0.1; done' & exec sleep 60`,
    ],
    { signal: stop.signal, group: true },
  );
  await expect.poll(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8')).toMatch(/\d/);
  const pid = Number(readFileSync(pidFile, 'utf8'));
  stop.abort();
  expect((await ended).exitCode).toBeNull();
  await expect.poll(() => existsSync(`/proc/${pid}/cmdline`) && isRunning(pid)).toBe(false);
});

it('tells how a program ended, and that it is not there', async () => {
  const { ended } = systemProcesses.start('sh', ['-c', 'echo one; echo two >&2; exit 3']);
  expect(await ended).toMatchObject({ exitCode: 3, stdout: 'one\n', stderr: 'two\n' });
  const missing = systemProcesses.start('/nonexistent/program', []);
  expect(await missing.ended).toMatchObject({ exitCode: null, errno: 'ENOENT' });
});

/** A process that has ended and was not yet waited for still has a number. */
function isRunning(pid: number): boolean {
  return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
}
