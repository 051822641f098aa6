import { readFile, stat } from 'node:fs/promises';
import { arch, cpus, freemem, homedir, totalmem, userInfo } from 'node:os';
import type { Processes } from '../ports/processes.ts';
import { sudoCaller } from '../ports/sudo.ts';
import { type Cgroup, cgroupMemory } from './cgroup.ts';
import type { Host } from './types.ts';

/** Where the facts of the host are read; tests give a folder that looks like `/`. */
export interface HostView {
  env: NodeJS.ProcessEnv;
  platform?: NodeJS.Platform;
  /** Prefix of /proc, /sys, /etc …; '' on a real machine. */
  root?: string;
}

/** Looks at the computer itself. Never throws: what cannot be read is left at what Node knows. */
export async function observeHost(view: HostView, processes?: Processes): Promise<Host> {
  const root = view.root ?? '';
  const platform = view.platform ?? process.platform;
  const [kernel, meminfo, status, cgroup, dockerEnv, containerEnv] = await Promise.all([
    read(`${root}/proc/version`),
    read(`${root}/proc/meminfo`),
    read(`${root}/proc/self/status`),
    cgroupMemory(root),
    exists(`${root}/.dockerenv`),
    exists(`${root}/run/.containerenv`),
  ]);
  const [release, systemd, selinux, apparmor] = await Promise.all([
    read(`${root}/etc/os-release`),
    exists(`${root}/run/systemd/system`),
    read(`${root}/sys/fs/selinux/enforce`),
    read(`${root}/sys/module/apparmor/parameters/enabled`),
  ]);
  const memory = memoryOf(meminfo, cgroup);
  const person = await personOf(view.env, processes);
  return {
    platform,
    arch: arch(),
    wslDistro: wslDistro(view.env, kernel),
    container: containerKind(view.env, status, dockerEnv || containerEnv),
    podId: view.env.RUNPOD_POD_ID ?? null,
    cores: cpus().length,
    ...memory,
    ...person,
    ssh: Boolean(view.env.SSH_CONNECTION || view.env.SSH_TTY),
    distro: distroOf(release),
    systemd,
    confinement: [
      ...(selinux.trim() === '1' ? (['selinux'] as const) : []),
      ...(apparmor.trim() === 'Y' ? (['apparmor'] as const) : []),
    ],
  };
}

/** `ID` and then `ID_LIKE` of os-release(5). */
export function distroOf(release: string): string[] {
  const value = (key: string) =>
    new RegExp(`^${key}=["']?([^"'\n]*)["']?$`, 'm').exec(release)?.[1] ?? '';
  return [value('ID'), ...value('ID_LIKE').split(/\s+/)].filter((id) => id !== '');
}

/** Values in bytes; /proc/meminfo counts in KiB and calls them kB. */
export function memoryOf(
  meminfo: string,
  cgroup: Cgroup | null,
): Pick<Host, 'memoryBytes' | 'memoryFreeBytes' | 'swapBytes'> {
  const field = (name: string): number | null => {
    const match = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(meminfo);
    return match?.[1] ? Number(match[1]) * 1024 : null;
  };
  const total = field('MemTotal') ?? totalmem();
  const free = field('MemAvailable') ?? freemem();
  const swap = field('SwapTotal') ?? 0;
  if (!cgroup || cgroup.limitBytes >= total) {
    return { memoryBytes: total, memoryFreeBytes: free, swapBytes: swap };
  }
  const left = Math.max(0, cgroup.limitBytes - cgroup.usedBytes);
  return {
    memoryBytes: cgroup.limitBytes,
    memoryFreeBytes: Math.min(free, left),
    swapBytes: swap,
  };
}

function wslDistro(env: NodeJS.ProcessEnv, kernel: string): string | null {
  // sudo drops WSL_DISTRO_NAME; the kernel still says that it is Microsoft's.
  if (env.WSL_DISTRO_NAME) return env.WSL_DISTRO_NAME;
  return /microsoft/i.test(kernel) ? 'WSL' : null;
}

/** CAP_SYS_ADMIN: without it no dockerd can mount or make a namespace (linux/capability.h). */
const CAP_SYS_ADMIN = 21n;

function containerKind(env: NodeJS.ProcessEnv, status: string, marked: boolean): Host['container'] {
  if (env.RUNPOD_POD_ID) return 'pod';
  if (!marked && !env.KUBERNETES_SERVICE_HOST) return null;
  const effective = /^CapEff:\s+([0-9a-f]+)$/m.exec(status)?.[1];
  // The bounding set counts: a user without capabilities may still have sudo in there.
  const bounding = /^CapBnd:\s+([0-9a-f]+)$/m.exec(status)?.[1];
  const capabilities = BigInt(`0x${bounding ?? effective ?? '0'}`);
  return (capabilities >> CAP_SYS_ADMIN) & 1n ? 'privileged' : 'unprivileged';
}

/** The person in front: under sudo the one who called it, so that files become theirs. */
async function personOf(
  env: NodeJS.ProcessEnv,
  processes?: Processes,
): Promise<Pick<Host, 'uid' | 'gid' | 'user' | 'home'>> {
  const uid = process.getuid?.() ?? null;
  const caller = sudoCaller(env);
  if (caller) {
    const user = env.SUDO_USER ?? String(caller.uid);
    const home = (await homeOf(user, processes)) ?? env.HOME ?? homedir();
    return { ...caller, user, home };
  }
  return { uid, gid: process.getgid?.() ?? null, user: userName(env), home: env.HOME || homedir() };
}

async function homeOf(user: string, processes?: Processes): Promise<string | null> {
  if (!processes) return null;
  const entry = await processes.run('getent', ['passwd', user], { timeoutMs: 2_000 });
  return entry.stdout.split('\n')[0]?.split(':')[5] || null;
}

function userName(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username;
  } catch {
    // A uid without an entry in passwd has no name (containers, some clusters).
    return env.USER ?? env.LOGNAME ?? String(process.getuid?.() ?? '');
  }
}

async function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
