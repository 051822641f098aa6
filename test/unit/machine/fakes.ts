import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { Host } from '../../../src/machine/types.ts';

/** A folder for one test that goes away with it. */
export async function scratch(): Promise<{ dir: string; remove: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'sd-machine-'));
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

/** A program on PATH: a shell script. Gives the PATH that has it first. */
export async function fakeProgram(dir: string, name: string, script: string): Promise<string> {
  const bin = join(dir, 'bin');
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(bin, name), 0o755);
  return `${bin}${delimiter}/usr/bin${delimiter}/bin`;
}

export async function fakeFile(root: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

export const linuxHost: Host = {
  platform: 'linux',
  arch: 'x64',
  wslDistro: null,
  container: null,
  podId: null,
  cores: 8,
  memoryBytes: 64 * 2 ** 30,
  memoryFreeBytes: 60 * 2 ** 30,
  swapBytes: 8 * 2 ** 30,
  uid: 1000,
  gid: 1000,
  user: 'mia',
  home: '/home/mia',
  ssh: false,
  distro: ['ubuntu', 'debian'],
  systemd: true,
  confinement: [],
};

/** An engine that answers GET /version and /info as given: recorded from Docker 20.10.24 by default. */
export async function fakeEngine(
  socket: string,
  answers: { version?: object; info?: object; hang?: boolean; status?: number } = {},
): Promise<Server & { asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (answers.hang) return;
    response.setHeader('content-type', 'application/json');
    if (answers.status) {
      response.statusCode = answers.status;
      response.end(JSON.stringify({ message: 'no' }));
      return;
    }
    const version = { ...recordedVersion, ...answers.version };
    const info = { ...recordedInfo, ...answers.info };
    response.end(JSON.stringify(request.url?.endsWith('/info') ? info : version));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return Object.assign(server, { asked });
}

/** Ends the server and what still hangs on it. */
export async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** Recorded from Docker 20.10.24 (Debian 12); the engine tests hold them against a real one. */
export const recordedVersion = {
  Platform: { Name: '' },
  Components: [{ Name: 'Engine', Version: '20.10.24+dfsg1', Details: { ApiVersion: '1.41' } }],
  Version: '20.10.24+dfsg1',
  ApiVersion: '1.41',
  MinAPIVersion: '1.12',
  GitCommit: '5d6db84',
  GoVersion: 'go1.19.8',
  Os: 'linux',
  Arch: 'amd64',
};

export const recordedInfo = {
  Driver: 'overlay2',
  DriverStatus: [
    ['Backing Filesystem', 'extfs'],
    ['Supports d_type', 'true'],
  ],
  SystemTime: '2026-11-24T23:54:24.450314321Z',
  KernelVersion: '6.1.0',
  OperatingSystem: 'Debian GNU/Linux 12 (bookworm)',
  OSType: 'linux',
  Architecture: 'x86_64',
  NCPU: 2,
  MemTotal: 25276502016,
  DockerRootDir: '/var/lib/docker',
  HttpProxy: '',
  HttpsProxy: '',
  NoProxy: '',
  ServerVersion: '20.10.24+dfsg1',
  Runtimes: { 'io.containerd.runc.v2': { path: 'runc' }, runc: { path: 'runc' } },
  DefaultRuntime: 'runc',
  SecurityOptions: ['name=seccomp,profile=default'],
  Warnings: null,
};
