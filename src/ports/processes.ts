import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

export interface RunOptions {
  /** Default 10,000 ms. The child gets SIGKILL 2 s after SIGTERM. */
  timeoutMs?: number;
  signal?: AbortSignal;
  env?: Record<string, string | undefined>;
  cwd?: string;
  input?: string;
  /**
   * With `start`: what it starts is stopped with it. docker 20.10 ends by SIGTERM and leaves its
   * plugins running (seen with docker-buildx), newer ones end them.
   */
  group?: boolean;
}

/** How a program ended. Nothing here throws: a program that is not there is a state, not an accident. */
export interface Ended {
  /** Null when it was ended by a signal or never started. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
  timedOut: boolean;
  /** ENOENT, EACCES …: it could not be started. */
  errno?: string;
}

export interface Running {
  stdout: Readable;
  stderr: Readable;
  ended: Promise<Ended>;
}

/** Other programs as a port. */
export interface Processes {
  run(file: string, args: readonly string[], options?: RunOptions): Promise<Ended>;
  /** Streams instead of collecting; `ended` has only the last 64 KiB of each stream. No default time limit. */
  start(file: string, args: readonly string[], options?: RunOptions): Running;
}

const TAIL_CHARS = 64 * 1024;

export const systemProcesses: Processes = {
  async run(file, args, options = {}) {
    const { execa } = await import('execa');
    const result = await execa(file, args, {
      reject: false,
      stripFinalNewline: false,
      timeout: options.timeoutMs ?? 10_000,
      forceKillAfterDelay: 2_000,
      stdin: options.input === undefined ? 'ignore' : 'pipe',
      ...(options.input === undefined ? {} : { input: options.input }),
      ...(options.signal ? { cancelSignal: options.signal } : {}),
      ...(options.env ? { env: definedOnly(options.env) } : {}),
      ...(options.cwd ? { cwd: options.cwd } : {}),
    });
    return {
      exitCode: result.exitCode ?? null,
      stdout: result.stdout,
      stderr: result.stderr,
      timedOut: result.timedOut,
      ...errnoOf(result),
    };
  },

  start(file, args, options = {}) {
    // Not execa: it loads asynchronously and buffers; a build's output goes on for an hour.
    return spawnStreaming(file, args, options);
  },
};

function spawnStreaming(file: string, args: readonly string[], options: RunOptions): Running {
  const child = spawn(file, [...args], {
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(options.env ? { env: { ...process.env, ...definedOnly(options.env) } } : {}),
    ...(options.cwd ? { cwd: options.cwd } : {}),
    ...(options.group ? { detached: true } : {}),
  });
  if (options.input !== undefined) child.stdin?.end(options.input);
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('a child without pipes');
  const tails = { stdout: '', stderr: '' };
  stdout.on('data', (chunk: Buffer) => {
    tails.stdout = (tails.stdout + chunk.toString()).slice(-TAIL_CHARS);
  });
  stderr.on('data', (chunk: Buffer) => {
    tails.stderr = (tails.stderr + chunk.toString()).slice(-TAIL_CHARS);
  });
  let timedOut = false;
  const stop = () => {
    // Until its error is told, the process id of a child that could not be started is whatever was
    // in libuv's memory: seen were 0, which is this whole process group, and foreign numbers.
    const { pid } = child;
    if (pid === undefined) return;
    const send = (signal: NodeJS.Signals) =>
      options.group ? signalGroup(pid, signal) : child.kill(signal);
    send('SIGTERM');
    // Nobody waits for the answer of a child that ignores this, so it must not outlive us either.
    const kill = () => void send('SIGKILL');
    const timer = setTimeout(kill, 2_000).unref();
    process.once('exit', kill);
    child.once('close', () => {
      clearTimeout(timer);
      process.off('exit', kill);
    });
  };
  const timer = options.timeoutMs
    ? setTimeout(() => {
        timedOut = true;
        stop();
      }, options.timeoutMs)
    : undefined;
  if (options.signal?.aborted) stop();
  options.signal?.addEventListener('abort', stop, { once: true });
  const ended = new Promise<Ended>((resolve) => {
    const finish = (exitCode: number | null, errno?: string) => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', stop);
      resolve({ exitCode, ...tails, timedOut, ...(errno ? { errno } : {}) });
    };
    child.once('error', (error: NodeJS.ErrnoException) => finish(null, error.code ?? 'UNKNOWN'));
    child.once('close', (code) => finish(code));
  });
  return { stdout, stderr, ended };
}

/** A process leads its group where it was started in one of its own. */
function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // All of them have ended.
  }
}

function definedOnly(env: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function errnoOf(result: { code?: string | undefined }): { errno?: string } {
  return result.code === undefined ? {} : { errno: result.code };
}
