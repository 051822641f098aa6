import { access, readFile, realpath } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Processes } from '../ports/processes.ts';
import type { Host } from './types.ts';

/** What there is of Docker on this machine when no engine answers. */
export interface Installation {
  /** Path of the docker command, null without one. */
  client: string | null;
  /** Path of dockerd. */
  daemon: string | null;
  snap: boolean;
  initScript: boolean;
  /** Docker Desktop's program is installed (on the Windows side in WSL). */
  desktop: boolean;
  /** Docker Desktop runs; null where that cannot be seen. */
  desktopRunning: boolean | null;
  /** What the docker command of an unconnected WSL distribution says; null otherwise. */
  wslStub: string | null;
  /** The person is in group docker by /etc/group (perhaps not yet in this session). */
  inDockerGroup: boolean;
}

const WINDOWS_DESKTOP = '/mnt/c/Program Files/Docker/Docker/Docker Desktop.exe';

/** Looks at files and, in WSL, at two short programs (2 s each at most). Never throws. */
export async function lookAtInstallation(view: {
  env: NodeJS.ProcessEnv;
  host: Host;
  processes: Processes;
  root: string;
  signal?: AbortSignal | undefined;
}): Promise<Installation> {
  const { env, host, root } = view;
  const path = [
    ...(env.PATH ?? '').split(delimiter),
    ...['/usr/sbin', '/sbin', '/snap/bin'].map((at) => `${root}${at}`),
  ];
  const wsl = host.wslDistro !== null;
  const [client, daemon, initScript, desktop, group] = await Promise.all([
    which('docker', path),
    which('dockerd', path),
    there(`${root}/etc/init.d/docker`),
    anyThere(desktopPrograms(host, root)),
    readFile(`${root}/etc/group`, 'utf8').catch(() => ''),
  ]);
  const real = client ? await realpath(client).catch(() => client) : '';
  return {
    client,
    daemon,
    snap: real.startsWith('/snap/') || real === '/usr/bin/snap',
    initScript,
    desktop,
    desktopRunning: wsl && desktop ? await desktopRuns(view) : null,
    wslStub: wsl && client ? await stubText(view) : null,
    inDockerGroup: isMember(group, host.user),
  };
}

function desktopPrograms(host: Host, root: string): string[] {
  if (host.wslDistro !== null) return [`${root}${WINDOWS_DESKTOP}`];
  if (host.platform === 'darwin') return [`${root}/Applications/Docker.app`];
  return [`${root}/opt/docker-desktop/bin/docker-desktop`];
}

type View = Parameters<typeof lookAtInstallation>[0];

/** docker/for-win#14517: Desktop's bin folder has a `docker` that only explains itself. */
async function stubText({ processes, env, signal }: View): Promise<string | null> {
  const said = await processes.run('docker', ['--version'], {
    timeoutMs: 2_000,
    env,
    ...(signal ? { signal } : {}),
  });
  const line = `${said.stdout}\n${said.stderr}`
    .split('\n')
    .find((text) => text.includes('could not be found in this WSL'));
  return line?.trim() ?? null;
}

async function desktopRuns({ processes, env, signal }: View): Promise<boolean | null> {
  const listed = await processes.run(
    'tasklist.exe',
    ['/FI', 'IMAGENAME eq com.docker.backend.exe', '/NH'],
    { timeoutMs: 2_000, env, ...(signal ? { signal } : {}) },
  );
  if (listed.exitCode !== 0) return null;
  return listed.stdout.includes('com.docker.backend');
}

function isMember(group: string, user: string): boolean {
  const members = /^docker:[^:]*:\d+:(.*)$/m.exec(group)?.[1] ?? '';
  return members.split(',').includes(user);
}

async function which(name: string, folders: string[]): Promise<string | null> {
  for (const folder of folders) {
    if (folder !== '' && (await there(join(folder, name)))) return join(folder, name);
  }
  return null;
}

async function anyThere(paths: string[]): Promise<boolean> {
  return (await Promise.all(paths.map(there))).some(Boolean);
}

async function there(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
