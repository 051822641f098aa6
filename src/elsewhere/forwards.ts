import { createServer } from 'node:net';
import type { SshConnection } from './ssh.ts';

/** A port of the server as it is reached on this computer. */
export interface Forward {
  there: number;
  here: number;
}

const TRIES = 50;

/** The server's ports that were brought here; each once. */
export class Forwards {
  readonly #ssh: Pick<SshConnection, 'forward'>;
  readonly #made = new Map<number, Promise<Forward | null>>();

  constructor(ssh: Pick<SshConnection, 'forward'>) {
    this.#ssh = ssh;
  }

  has(port: number): boolean {
    return this.#made.has(port);
  }

  /**
   * Brings a port here, on the same number or, where that is taken, on the next free one. Null
   * where ssh refuses it (sshd_config(5), AllowTcpForwarding) or no number is free.
   */
  bring(port: number, host = '127.0.0.1'): Promise<Forward | null> {
    const made = this.#made.get(port) ?? this.#bring(port, host);
    this.#made.set(port, made);
    return made;
  }

  async #bring(port: number, host: string): Promise<Forward | null> {
    for (let here = port; here < Math.min(port + TRIES, 65_536); here++) {
      if (!(await isFree(here))) continue;
      if (await this.#ssh.forward(here, { host, port })) return { there: port, here };
      // Somebody was quicker, or the server forwards nothing.
      if (await isFree(here)) return null;
    }
    return null;
  }
}

/** Ports below 1024 are not everybody's: they count as taken. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () =>
      server.close(() => resolve(true)),
    );
  });
}

const DEFAULT_PORT = 8188;

/** The port that a command line asks for: its last `--set port=N`. */
export function portAsked(args: readonly string[]): number {
  const asked = args.flatMap((word) => {
    const port = /^(?:--set=|-s)?port=(\d{1,5})$/.exec(word)?.[1];
    return port === undefined ? [] : [Number(port)];
  });
  return asked.at(-1) ?? DEFAULT_PORT;
}
