import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { sshMissing } from './ssh-failures.ts';

/** ssh's own end, whatever it was (ssh(1), EXIT STATUS). */
export const SSH_FAILED = 255;

/** A socket's path has at most 104 bytes (macOS, sys/un.h), and ssh appends 17 while it makes it. */
const LONGEST_SOCKET = 104 - 18;

export interface Said {
  exitCode: number | null;
  stdout: string;
  /** What ssh and the program there wrote on stderr. */
  stderr: string;
}

/**
 * One connection to a server by the person's own `ssh`: their configuration, keys, agent and known
 * hosts. The first call logs in, asking on the terminal where it has to; all later ones go through
 * it, so that a server that takes few connections at a time takes them all (sshd_config(5),
 * MaxStartups). No password passes through here.
 */
export class SshConnection {
  readonly destination: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #dir: string;

  constructor(destination: string, env: NodeJS.ProcessEnv) {
    this.destination = destination;
    this.#env = env;
    const wanted = tmpdir().length + '/sd-ssh-XXXXXX/c'.length;
    this.#dir = mkdtempSync(join(wanted > LONGEST_SOCKET ? '/tmp' : tmpdir(), 'sd-ssh-'));
  }

  /**
   * Logs in and runs `script` in the server's `sh`.
   * @throws Failure ssh-missing, or the signal's reason
   */
  login(script: string, signal: AbortSignal): Promise<Said> {
    const options = [
      'ControlMaster=yes',
      // The connection ends by itself soon after this program, however that ended.
      'ControlPersist=20',
      'ClearAllForwardings=yes',
      'ConnectTimeout=20',
      'ServerAliveInterval=15',
      'ServerAliveCountMax=3',
    ];
    return this.#sh(options, script, signal);
  }

  /** Runs `script` in the server's `sh`, through the connection. */
  sh(script: string, signal?: AbortSignal): Promise<Said> {
    return this.#sh(['ControlMaster=no', 'BatchMode=yes'], script, signal);
  }

  /** Runs `command` in the server's shell with `input` as its stdin. */
  async send(command: string, input: Readable, signal: AbortSignal): Promise<Said> {
    const child = this.#spawn(['ControlMaster=no', 'BatchMode=yes'], ['-T'], command, {
      stdio: ['pipe', 'pipe', 'pipe'],
      signal,
    });
    const { stdin, stdout, stderr } = child;
    if (!stdin || !stdout || !stderr) throw new Error('a child without pipes');
    const [exitCode, out, err] = await Promise.all([
      exitOf(child, signal),
      text(stdout),
      text(stderr),
      // Where the other side ends early, its words say why.
      pipeline(input, stdin).catch(() => undefined),
    ]);
    return { exitCode, stdout: out, stderr: err };
  }

  /**
   * Runs `command` there before the person: with `tty` on this terminal, else with this process's
   * own streams and away from the terminal's signals. Gives the process and its exit code.
   */
  session(command: string, { tty }: { tty: boolean }) {
    const child = this.#spawn(
      ['ControlMaster=no', 'LogLevel=ERROR'],
      [tty ? '-t' : '-T'],
      command,
      tty
        ? { stdio: 'inherit' }
        : {
            stdio: [process.stdin.isTTY ? 'ignore' : 'inherit', 'inherit', 'inherit'],
            detached: true,
          },
    );
    return { child, ended: exitOf(child) };
  }

  /** Brings a port of the server to this computer's loopback; false where that was refused. */
  async forward(here: number, there: { host: string; port: number }): Promise<boolean> {
    const from = `127.0.0.1:${here}:${there.host}:${there.port}`;
    return (await this.#control(['-O', 'forward', '-L', from])) === 0;
  }

  /** The connection is there, as far as its own keep-alives have found out. */
  async lives(): Promise<boolean> {
    return (await this.#control(['-O', 'check'])) === 0;
  }

  /** Ends the connection and takes its socket away. */
  async close(): Promise<void> {
    await this.#control(['-O', 'exit']);
    rmSync(this.#dir, { recursive: true, force: true });
  }

  async #sh(options: string[], script: string, signal?: AbortSignal): Promise<Said> {
    // A file, no pipe: an older ssh keeps stderr open in the background for its whole life.
    const path = join(this.#dir, `said-${process.hrtime.bigint()}`);
    const said = await open(path, 'w', 0o600);
    try {
      const child = this.#spawn(options, ['-T'], 'sh', {
        stdio: ['pipe', 'pipe', said.fd],
        ...(signal ? { signal } : {}),
      });
      const { stdin, stdout } = child;
      if (!stdin || !stdout) throw new Error('a child without pipes');
      stdin.on('error', () => undefined);
      stdin.end(script);
      const [exitCode, out] = await Promise.all([exitOf(child, signal), text(stdout)]);
      return { exitCode, stdout: out, stderr: await readFile(path, 'utf8') };
    } finally {
      await said.close();
      rmSync(path, { force: true });
    }
  }

  async #control(words: string[]): Promise<number | null> {
    const path = ['-o', `ControlPath=${join(this.#dir, 'c')}`];
    const child = spawn('ssh', [...path, ...words, '--', this.destination], {
      env: this.#env,
      stdio: 'ignore',
    });
    return exitOf(child);
  }

  #spawn(
    options: string[],
    flags: string[],
    command: string,
    how: NonNullable<Parameters<typeof spawn>[2]>,
  ): ChildProcess {
    const all = [`ControlPath=${join(this.#dir, 'c')}`, 'RemoteCommand=none', ...options];
    const words = all.flatMap((option) => ['-o', option]);
    return spawn('ssh', [...words, ...flags, '--', this.destination, command], {
      ...how,
      env: this.#env,
    });
  }
}

function exitOf(child: ChildProcess, signal?: AbortSignal): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(signal?.aborted ? signal.reason : error.code === 'ENOENT' ? sshMissing(error) : error),
    );
    // Not `close`: what the background connection holds open is nobody's output.
    child.once('exit', (code) => {
      if (signal?.aborted) reject(signal.reason);
      else resolve(code);
    });
  });
}
