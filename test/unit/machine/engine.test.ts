import { createHash } from 'node:crypto';
import type { Server } from 'node:http';
import { createServer, type Server as NetServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { observeEngine } from '../../../src/machine/engine.ts';
import type { EngineState, Host, MissingEngine } from '../../../src/machine/types.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import { systemProcesses } from '../../../src/ports/processes.ts';
import { closed, fakeEngine, fakeFile, fakeProgram, linuxHost, scratch } from './fakes.ts';

let dir: string;
let remove: () => Promise<void>;
const servers: (Server | NetServer)[] = [];
beforeEach(async () => {
  ({ dir, remove } = await scratch());
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    if ('closeAllConnections' in server) await closed(server);
    else server.close();
  }
  await remove();
});

interface World {
  env?: NodeJS.ProcessEnv;
  host?: Partial<Host>;
  timeoutMs?: number;
}

/** Looks from a world whose home, PATH and /etc are in the scratch folder. */
function look({ env = {}, host = {}, timeoutMs = 2_000 }: World = {}): Promise<EngineState> {
  return observeEngine({
    env: { PATH: join(dir, 'bin'), ...env },
    host: { ...linuxHost, home: dir, ...host },
    processes: systemProcesses,
    clock: systemClock,
    root: dir,
    timeoutMs,
  });
}

async function engineAt(name: string, answers: Parameters<typeof fakeEngine>[1] = {}) {
  const socket = join(dir, name);
  const server = await fakeEngine(socket, answers);
  servers.push(server);
  return { url: `unix://${socket}`, socket, server };
}

async function context(name: string, host: string) {
  const id = createHash('sha256').update(name).digest('hex');
  const meta = { Name: name, Metadata: {}, Endpoints: { docker: { Host: host } } };
  await fakeFile(dir, `.docker/contexts/meta/${id}/meta.json`, JSON.stringify(meta));
}

function missing(state: EngineState): MissingEngine {
  if (state.state === 'ready') throw new Error('an engine that is not ready was expected');
  expect(state.sentence).toMatch(/^[A-Z].*[.]$/);
  expect(state.sentence).not.toMatch(/failed to|unable to|please|successfully/i);
  expect(state.proof).not.toBe('');
  return state;
}

describe('an engine that answers', () => {
  it('is ready with its facts; the API is its own and never pinned', async () => {
    const { url, server } = await engineAt('docker.sock');
    const PATH = await fakeProgram(
      dir,
      'docker',
      'echo "github.com/docker/buildx v0.12.1 30feaa1"',
    );
    expect(await look({ env: { DOCKER_HOST: url, PATH } })).toMatchObject({
      state: 'ready',
      endpoint: { url, context: null, remote: false },
      version: '20.10.24+dfsg1',
      apiVersion: '1.41',
      os: 'linux',
      arch: 'amd64',
      imageStore: 'classic',
      buildx: '0.12.1',
      cdiDevices: [],
      desktop: false,
      podman: false,
      memoryBytes: 25276502016,
    });
    expect(server.asked).toContain('/version');
    expect(server.asked.every((path) => !/^\/v1\.(?!41)/.test(path))).toBe(true);
  });

  it('is asked in the newest API that this program knows, when its own is newer', async () => {
    const { url, server } = await engineAt('docker.sock', { version: { ApiVersion: '1.99' } });
    await look({ env: { DOCKER_HOST: url } });
    expect(server.asked).toContain('/v1.51/info');
  });

  it.each([
    [
      'containerd store',
      { DriverStatus: [['driver-type', 'io.containerd.snapshotter.v1']] },
      { imageStore: 'containerd' },
    ],
    ['Desktop', { OperatingSystem: 'Docker Desktop' }, { desktop: true }],
    [
      'rootless',
      { SecurityOptions: ['name=seccomp,profile=builtin', 'name=rootless'] },
      { rootless: true },
    ],
    ['snap', { DockerRootDir: '/var/snap/docker/common/var-lib-docker' }, { snap: true }],
    ['nvidia runtime', { Runtimes: { runc: {}, nvidia: {} } }, { runtimes: ['runc', 'nvidia'] }],
    [
      'CDI',
      {
        CDISpecDirs: ['/etc/cdi'],
        DiscoveredDevices: [{ Source: 'cdi', ID: 'nvidia.com/gpu=all' }],
      },
      { cdiSpecDirs: ['/etc/cdi'], cdiDevices: ['nvidia.com/gpu=all'] },
    ],
    ['CDI off', { CDISpecDirs: [''] }, { cdiSpecDirs: [] }],
  ])('%s', async (_name, info, expected) => {
    const { url } = await engineAt('docker.sock', { info });
    expect(await look({ env: { DOCKER_HOST: url } })).toMatchObject({
      state: 'ready',
      ...expected,
    });
  });

  it('Podman', async () => {
    const version = { Components: [{ Name: 'Podman Engine', Version: '4.9.3' }] };
    const { url } = await engineAt('podman.sock', { version });
    expect(await look({ env: { DOCKER_HOST: url } })).toMatchObject({ podman: true });
  });

  it('is found by context, and DOCKER_HOST wins over it', async () => {
    const { url } = await engineAt('a.sock');
    await context('studio', url);
    await fakeFile(dir, '.docker/config.json', '{"currentContext":"studio"}');
    expect(await look()).toMatchObject({ state: 'ready', endpoint: { context: 'studio' } });
    const other = await engineAt('b.sock');
    const byHost = await look({ env: { DOCKER_HOST: other.url, DOCKER_CONTEXT: 'studio' } });
    expect(byHost).toMatchObject({ state: 'ready', endpoint: { url: other.url, context: null } });
  });

  it('is found at the rootless socket when no context names it', async () => {
    const { url } = await engineAt('docker.sock');
    const found = await look({ env: { XDG_RUNTIME_DIR: dir } });
    // A machine with an engine of its own answers first at the usual socket.
    expect(found.endpoint.url === url || found.endpoint.url.endsWith('/run/docker.sock')).toBe(
      true,
    );
  });
});

/** A socket that DOCKER_HOST names and that is not there may not be where an engine starts. */
const leave = { command: 'unset DOCKER_HOST' };

describe('named problems', () => {
  const gone = () => ({ DOCKER_HOST: `unix://${join(dir, 'gone.sock')}` });

  it('absent, with the commands of this distribution', async () => {
    const state = missing(await look({ env: gone() }));
    expect(state.state).toBe('absent');
    expect(state.fixes.map((fix) => fix.command)).toEqual([
      'sudo apt-get update && sudo apt-get install -y docker.io',
      'curl -fsSL https://get.docker.com | sudo sh',
      leave.command,
    ]);
  });

  it.each([
    [{ systemd: true }, 'sudo systemctl start docker'],
    [{ systemd: false }, "sudo sh -c 'dockerd >/var/log/dockerd.log 2>&1 &'"],
    [{ systemd: false, uid: 0 }, "sh -c 'dockerd >/var/log/dockerd.log 2>&1 &'"],
  ])('not-running %j', async (host, command) => {
    await fakeFile(dir, 'usr/sbin/dockerd', '');
    const state = missing(await look({ env: gone(), host }));
    expect(state).toMatchObject({ state: 'not-running', fixes: [{ command }, leave] });
  });

  it('not-running: a socket that a dead engine left', async () => {
    // A listener that is closed removes its socket; one that was killed does not.
    const socket = join(dir, 'dead.sock');
    const left = `const n=require('node:net').createServer().listen(${JSON.stringify(socket)},()=>process.kill(process.pid,'SIGKILL'))`;
    await systemProcesses.run(process.execPath, ['-e', left]);
    const state = missing(await look({ env: { DOCKER_HOST: `unix://${socket}` } }));
    expect(state.state).toBe('not-running');
    expect(state.proof).toContain('ECONNREFUSED');
  });

  it('timeout: an engine that takes the question and says nothing', async () => {
    const { url } = await engineAt('hang.sock', { hang: true });
    const started = performance.now();
    const state = missing(await look({ env: { DOCKER_HOST: url }, timeoutMs: 300 }));
    expect(state.state).toBe('timeout');
    expect(state.fixes[0]?.command).toBe('sudo systemctl restart docker');
    expect(performance.now() - started).toBeLessThan(4_000);
  });

  it('wrong-context: the named one is not there', async () => {
    const state = missing(await look({ env: { DOCKER_CONTEXT: 'nosuch' } }));
    expect(state).toMatchObject({
      state: 'wrong-context',
      endpoint: { context: 'nosuch' },
      fixes: [{ command: 'unset DOCKER_CONTEXT' }],
    });
  });

  it('wrong-context: nobody answers at it, and another engine does', async () => {
    const { url } = await engineAt('docker.sock');
    await context('old', `unix://${join(dir, 'gone.sock')}`);
    await fakeFile(dir, '.docker/config.json', '{"currentContext":"old"}');
    const state = missing(await look({ env: { XDG_RUNTIME_DIR: dir } }));
    expect(state.state).toBe('wrong-context');
    expect(state.fixes[0]?.command).toBe('docker context use default');
    expect(state.sentence.includes(url) || state.sentence.includes('/var/run')).toBe(true);
  });

  it('wrong-context: a scheme that nobody speaks', async () => {
    expect(missing(await look({ env: { DOCKER_HOST: 'bogus://x' } })).state).toBe('wrong-context');
  });

  it('unreachable: nobody listens at a tcp address, or no Docker does', async () => {
    expect(missing(await look({ env: { DOCKER_HOST: 'tcp://127.0.0.1:1' } }))).toMatchObject({
      state: 'unreachable',
      fixes: [{ command: 'unset DOCKER_HOST' }],
    });
    const { url } = await engineAt('other.sock', { status: 404 });
    expect(missing(await look({ env: { DOCKER_HOST: url } })).state).toBe('unreachable');
  });

  it('unreachable: what answers is no engine', async () => {
    const socket = join(dir, 'junk.sock');
    const junk = createServer((connection) => connection.end('SSH-2.0-OpenSSH_9.2\r\n'));
    await new Promise<void>((resolve) => junk.listen(socket, resolve));
    servers.push(junk);
    expect(missing(await look({ env: { DOCKER_HOST: `unix://${socket}` } })).state).toBe(
      'unreachable',
    );
  });

  it('ssh: recognised, not connected', async () => {
    expect(missing(await look({ env: { DOCKER_HOST: 'ssh://mia@gpu-box' } }))).toMatchObject({
      state: 'ssh',
      endpoint: { remote: true },
      fixes: [{ command: 'steadydancer --on mia@gpu-box' }],
    });
  });

  it('windows-containers', async () => {
    const { url } = await engineAt('docker.sock', { info: { OSType: 'windows' } });
    expect(missing(await look({ env: { DOCKER_HOST: url } })).state).toBe('windows-containers');
  });

  it.each([
    ['pod', 'steadydancer run --set target=file --set gpu=RTX-4090 --until image'],
    ['unprivileged', undefined],
  ] as const)('cannot-run-here: %s', async (container, command) => {
    const state = missing(await look({ env: gone(), host: { container } }));
    expect(state.state).toBe('cannot-run-here');
    expect(state.fixes[0]?.command).toBe(command);
  });

  it('desktop-not-integrated: the stub of an unconnected WSL distribution', async () => {
    const said = "The command 'docker' could not be found in this WSL 2 distro.";
    const PATH = await fakeProgram(dir, 'docker', `echo "${said}"; exit 1`);
    const state = missing(
      await look({ env: { ...gone(), PATH }, host: { wslDistro: 'Ubuntu-24.04' } }),
    );
    expect(state).toMatchObject({ state: 'desktop-not-integrated', proof: said });
    expect(state.sentence).toBe('Docker Desktop is not connected to Ubuntu-24.04.');
  });

  it.each([
    ['desktop-stopped', 'echo "INFO: No tasks are running which match the specified criteria."'],
    ['desktop-not-integrated', 'echo "com.docker.backend.exe  1234 Console  1  90,000 K"'],
  ])('%s: Desktop is on the Windows side', async (expected, tasklist) => {
    await fakeFile(dir, 'mnt/c/Program Files/Docker/Docker/Docker Desktop.exe', '');
    const PATH = await fakeProgram(dir, 'tasklist.exe', tasklist);
    const env = { ...gone(), PATH };
    expect(missing(await look({ env, host: { wslDistro: 'Ubuntu-24.04' } })).state).toBe(expected);
  });

  it('absent in WSL: Docker Desktop, not a second engine inside', async () => {
    const state = missing(await look({ env: gone(), host: { wslDistro: 'Ubuntu-24.04' } }));
    expect(state).toMatchObject({
      state: 'absent',
      fixes: [{ command: 'winget.exe install --id Docker.DockerDesktop --exact' }, leave],
    });
  });

  it('desktop-stopped on macOS', async () => {
    await fakeFile(dir, 'Applications/Docker.app', '');
    const state = missing(await look({ env: gone(), host: { platform: 'darwin' } }));
    expect(state).toMatchObject({
      state: 'desktop-stopped',
      fixes: [{ command: 'open -a Docker' }, leave],
    });
  });
});
