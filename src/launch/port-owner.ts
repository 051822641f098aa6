import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import type Docker from 'dockerode';
import { labels } from '../contract/ids.ts';
import { addressOf } from './container-spec.ts';

/** Who has a port. `since` is null where it cannot be seen. */
export type PortOwner =
  | { kind: 'free' }
  | { kind: 'container'; id: string; name: string; ours: boolean; since: Date | null }
  | { kind: 'process'; pid: number; name: string; since: Date | null }
  /** Taken, by whom cannot be seen (another person's process, Windows, Hyper-V). */
  | { kind: 'unknown'; why: string };

export interface PortQuestion {
  port: number;
  /** Address that it is to be published on; loopback is looked at as well. */
  listen: string;
  docker: Docker | null;
  /** The engine publishes on this machine; false: only its containers can be asked. */
  local: boolean;
  /** A container that will be replaced does not count. */
  ignoreContainer?: string;
  /** Default /proc. */
  procDir?: string;
}

/**
 * Looks at a port now. Containers first: where the engine publishes without a proxy process
 * nothing is bound, and the port is taken all the same.
 */
export async function portOwner(question: PortQuestion): Promise<PortOwner> {
  const container = question.docker ? await containerOn(question.docker, question) : null;
  if (container) {
    // What an ignored container holds is bound as well, and will be free when it is replaced.
    return container.name === question.ignoreContainer ? { kind: 'free' } : container;
  }
  if (!question.local) return { kind: 'free' };
  const errno = await boundBy(question);
  if (errno === null) return { kind: 'free' };
  const holder = await processOn(question.port, question.procDir ?? '/proc');
  return holder ?? { kind: 'unknown', why: errno };
}

async function containerOn(
  docker: Docker,
  { port, listen }: PortQuestion,
): Promise<Extract<PortOwner, { kind: 'container' }> | null> {
  const running = await docker.listContainers();
  const holder = running.find((container) =>
    container.Ports.some(
      (taken) =>
        taken.PublicPort === port && taken.Type === 'tcp' && overlap(taken.IP, addressOf(listen)),
    ),
  );
  if (!holder) return null;
  const info = await docker
    .getContainer(holder.Id)
    .inspect()
    .catch(() => null);
  return {
    kind: 'container',
    id: holder.Id,
    name: (holder.Names[0] ?? holder.Id.slice(0, 12)).replace(/^\//, ''),
    ours: labels.role in holder.Labels,
    since: info ? new Date(info.State.StartedAt) : null,
  };
}

const ANY = ['', '0.0.0.0', '::'];

/** Two addresses share a port when they are the same or one of them is every address. */
function overlap(a: string, b: string): boolean {
  return a === b || ANY.includes(a) || ANY.includes(b);
}

/** Tries to bind the port where it would be published; the errno when somebody else has it. */
async function boundBy({ port, listen }: PortQuestion): Promise<string | null> {
  const addresses = new Set(['127.0.0.1', addressOf(listen)]);
  for (const address of addresses) {
    const errno = await tryBind(port, address);
    // Ports below 1024 need rights that the engine has (EACCES); no such address is not our question.
    if (errno === 'EADDRINUSE' || (errno === 'EACCES' && port >= 1024)) return errno;
  }
  return null;
}

function tryBind(port: number, host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'UNKNOWN'));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

const LISTEN = '0A';
const TICKS_PER_SECOND = 100;

/** The process that listens on a port, by proc(5): net/tcp gives the socket, fd/ who holds it. */
async function processOn(
  port: number,
  proc: string,
): Promise<Extract<PortOwner, { kind: 'process' }> | null> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((table) => readFile(`${proc}/net/${table}`, 'utf8').catch(() => '')),
  );
  const inodes = listeningInodes(tables.join('\n'), port);
  if (inodes.size === 0) return null;
  const pids = (await readdir(proc).catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    if (!(await holdsSocket(`${proc}/${pid}/fd`, inodes))) continue;
    const name = await readFile(`${proc}/${pid}/comm`, 'utf8').catch(() => '');
    return {
      kind: 'process',
      pid: Number(pid),
      name: name.trim(),
      since: await startOf(proc, pid),
    };
  }
  return null;
}

/** Inodes of the sockets that listen on a port, from the text of /proc/net/tcp and tcp6. */
export function listeningInodes(tables: string, port: number): Set<string> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const inodes = new Set<string>();
  for (const line of tables.split('\n')) {
    const fields = line.trim().split(/\s+/);
    const inode = fields[9];
    if (fields[3] === LISTEN && fields[1]?.endsWith(wanted) && inode) inodes.add(inode);
  }
  return inodes;
}

async function holdsSocket(folder: string, inodes: Set<string>): Promise<boolean> {
  const fds = await readdir(folder).catch(() => []);
  const targets = await Promise.all(fds.map((fd) => readlink(`${folder}/${fd}`).catch(() => '')));
  return targets.some((target) => inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? ''));
}

async function startOf(proc: string, pid: string): Promise<Date | null> {
  const [stat, system] = await Promise.all([
    readFile(`${proc}/${pid}/stat`, 'utf8').catch(() => ''),
    readFile(`${proc}/stat`, 'utf8').catch(() => ''),
  ]);
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  const boot = Number(/^btime (\d+)$/m.exec(system)?.[1]);
  if (!ticks || !boot) return null;
  return new Date((boot + ticks / TICKS_PER_SECOND) * 1000);
}
