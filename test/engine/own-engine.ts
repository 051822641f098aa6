// A Docker engine of a test's own, in a network namespace of its own, with its own containerd, data,
// exec root and pid file: it may be killed, and its disk may be full.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const START_LIMIT_MS = 60_000;

export interface OwnEngine {
  /** As DOCKER_HOST has it. */
  host: string;
  /** Starts a command in the engine's network namespace, where its containers' ports are. */
  inside: readonly string[];
  /** Where it keeps everything; on a disk of its own when one was asked for. */
  dataRoot: string;
  /** With a link: this machine as its containers see it, and the engine's side as we see it. */
  link: { here: string; there: string } | null;
  /** As a power cut would: no chance to end anything. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and takes everything away. */
  remove(): Promise<void>;
}

/** Why none can be had here; null where one can. */
export function noOwnEngine(): string | null {
  if (process.platform !== 'linux') return 'network namespaces are only on Linux';
  if (process.getuid?.() !== 0) return 'an engine of its own needs root';
  for (const program of ['dockerd', 'ip', 'nsenter']) {
    if (!has(program)) return `${program} is not installed`;
  }
  const name = `sd-probe-${process.pid}`;
  const added = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' });
  if (added.status !== 0) return `no network namespace can be made: ${added.stderr.trim()}`;
  spawnSync('ip', ['netns', 'delete', name]);
  return null;
}

export interface OwnEngineOptions {
  /** The engine's data lies on a filesystem of this size, a file mounted by loop. */
  diskMegabytes?: number;
  /** A cable between its network and this machine: builds reach servers here, and nothing beyond. */
  link?: boolean;
  /** Root of another distribution whose dockerd is started (debian-root.ts). */
  root?: string;
}

export async function ownEngine(options: OwnEngineOptions = {}): Promise<OwnEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'sd-own-'));
  const name = folder.split('/').at(-1) ?? '';
  const dataRoot = join(folder, 'data');
  must('mkdir', ['-p', dataRoot]);
  if (options.diskMegabytes !== undefined) mountLoop(folder, dataRoot, options.diskMegabytes);
  must('ip', ['netns', 'add', name]);
  must('ip', ['netns', 'exec', name, 'ip', 'link', 'set', 'lo', 'up']);
  const link = options.link ? addLink(name) : null;
  const socketPath = join(folder, 'docker.sock');
  const containerdPid = join(folder, 'exec', 'containerd', 'containerd.pid');
  let daemon: ChildProcess | null = null;

  const start = async () => {
    rmSync(join(folder, 'pid'), { force: true });
    const log = openSync(join(folder, 'dockerd.log'), 'a');
    const child = spawn(
      'nsenter',
      [
        `--net=/run/netns/${name}`,
        ...(options.root === undefined ? [] : insideRoot(options.root)),
        'dockerd',
        ...['-H', `unix://${socketPath}`, '--data-root', dataRoot],
        ...['--exec-root', join(folder, 'exec'), '--pidfile', join(folder, 'pid')],
      ],
      { stdio: ['ignore', log, log], detached: true },
    );
    closeSync(log);
    daemon = child;
    const deadline = Date.now() + START_LIMIT_MS;
    while (!(await answers(socketPath))) {
      if (child.exitCode !== null || Date.now() > deadline) {
        const said = readFileSync(join(folder, 'dockerd.log'), 'utf8').slice(-800);
        throw new Error(`dockerd did not start: ${said}`);
      }
      await delay(100);
    }
  };
  const end = async (signal: NodeJS.Signals) => {
    const child = daemon;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await Promise.race([exited, delay(20_000, null, { ref: false })]);
    daemon = null;
  };
  await start();
  return {
    host: `unix://${socketPath}`,
    inside: ['nsenter', `--net=/run/netns/${name}`],
    dataRoot,
    link,
    start,
    async kill() {
      await end('SIGKILL');
      killPid(containerdPid);
      // Where nobody reaps it, dockerd takes the dead containerd of this number for a live one.
      rmSync(containerdPid, { force: true });
    },
    async remove() {
      await end('SIGTERM');
      killPid(containerdPid);
      spawnSync('ip', ['netns', 'delete', name]);
      // The innermost first.
      for (const point of mountsBelow(folder)) spawnSync('umount', ['--lazy', point]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A filesystem of its own at a folder that is made: a file in `folder`, mounted by loop. */
export function loopDisk(folder: string, at: string, megabytes: number): void {
  must('mkdir', ['-p', at]);
  mountLoop(folder, at, megabytes);
}

/** A pair of cable ends with addresses of their own; both go with the namespace. */
function addLink(namespace: string): { here: string; there: string } {
  const end = `sd${process.pid % 100_000}x${links}`;
  // 198.18.0.0/15 is for tests between networks (RFC 2544): nobody's real address.
  const net = `198.18.${process.pid % 250}.${links * 4}`.replace(/\d+$/, '');
  const [here, there] = [`${net}${links * 4 + 1}`, `${net}${links * 4 + 2}`];
  links += 1;
  must('ip', ['link', 'add', `${end}a`, 'type', 'veth', 'peer', 'name', `${end}b`]);
  must('ip', ['link', 'set', `${end}b`, 'netns', namespace]);
  must('ip', ['addr', 'add', `${here}/30`, 'dev', `${end}a`]);
  must('ip', ['link', 'set', `${end}a`, 'up']);
  const inside = ['netns', 'exec', namespace, 'ip'];
  must('ip', [...inside, 'addr', 'add', `${there}/30`, 'dev', `${end}b`]);
  must('ip', [...inside, 'link', 'set', `${end}b`, 'up']);
  return { here, there };
}
let links = 0;

/** Starts what follows with another distribution as its root; scratch folders are where they are here. */
function insideRoot(root: string): string[] {
  const script = [
    'set -e',
    // runc pivots: its old root has to be a mount of its own.
    'mount --bind "$1" "$1"',
    'mount --rbind /dev "$1/dev"; mount --rbind /sys "$1/sys"; mount -t proc proc "$1/proc"',
    'mkdir -p "$1$2"; mount --rbind "$2" "$1$2"',
    'root=$1; shift 2; exec chroot "$root" "$@"',
  ].join('\n');
  return [
    'unshare',
    '--mount',
    '--propagation',
    'private',
    'sh',
    '-c',
    script,
    'sh',
    root,
    tmpdir(),
  ];
}

function mountLoop(folder: string, at: string, megabytes: number): void {
  const file = join(folder, 'disk.img');
  must('truncate', ['-s', `${megabytes}M`, file]);
  must('mkfs.ext4', ['-q', '-F', '-m', '0', file]);
  must('mount', ['-o', 'loop', file, at]);
}

/** Why no filesystem of a file can be mounted here; null where it can. */
export function noLoopDisk(): string | null {
  if (!has('mkfs.ext4')) return 'mkfs.ext4 is not installed';
  const folder = mkdtempSync(join(tmpdir(), 'sd-loop-'));
  try {
    must('mkdir', [join(folder, 'at')]);
    mountLoop(folder, join(folder, 'at'), 8);
    spawnSync('umount', [join(folder, 'at')]);
    return null;
  } catch (error) {
    return `no filesystem can be mounted: ${(error as Error).message}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function mountsBelow(folder: string): string[] {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((point) => point.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length);
}

function killPid(file: string): void {
  if (!existsSync(file)) return;
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 'SIGKILL');
  } catch {
    // It ended with its dockerd.
  }
}

function must(program: string, args: string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
}

function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

function answers(socketPath: string): Promise<boolean> {
  if (!existsSync(socketPath)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const ping = request({ socketPath, path: '/_ping', timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    ping.on('error', () => resolve(false));
    ping.on('timeout', () => ping.destroy());
    ping.end();
  });
}
