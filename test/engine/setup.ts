// Gives the tests a Docker engine: one that runs, else Debian's, started on a private socket.
// Tests read process.env.DOCKER_HOST; where no engine can be had, STEADYDANCER_NO_ENGINE says why.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, open, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const START_LIMIT_MS = 60_000;
const DEFAULT_SOCKET = '/var/run/docker.sock';

export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.STEADYDANCER_NO_ENGINE) return undefined;
  const given = process.env.DOCKER_HOST;
  const candidate = given ?? `unix://${DEFAULT_SOCKET}`;
  if (await answers(candidate)) {
    process.env.DOCKER_HOST = candidate;
    return undefined;
  }
  const refusal = mayInstall() ?? installEngine();
  if (refusal) {
    process.env.STEADYDANCER_NO_ENGINE = refusal;
    console.warn(`-- engine tests are skipped: ${refusal}`);
    return undefined;
  }
  return startPrivateEngine();
}

async function answers(host: string): Promise<boolean> {
  const socketPath = host.replace(/^unix:\/\//, '');
  if (socketPath === host || !existsSync(socketPath)) return false;
  return new Promise((resolve) => {
    const ping = request({ socketPath, path: '/_ping', timeout: 3_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    ping.on('error', () => resolve(false));
    ping.on('timeout', () => ping.destroy());
    ping.end();
  });
}

function mayInstall(): string | null {
  if (process.platform !== 'linux') return 'no engine runs, and one is only started on Linux';
  if (process.getuid?.() !== 0) return 'no engine runs, and starting one needs root';
  return null;
}

function installEngine(): string | null {
  if (has('dockerd')) return null;
  if (!has('apt-get')) return 'no engine runs, and there is no apt to install one';
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore', env });
  const install = spawnSync('apt-get', ['install', '-y', '-qq', 'docker.io'], {
    encoding: 'utf8',
    env,
  });
  return has('dockerd') ? null : `docker.io could not be installed: ${install.stderr.slice(-300)}`;
}

function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

async function startPrivateEngine(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'sd-engine-'));
  // The test over ssh has a second user, who is let in by the socket's group.
  await chmod(folder, 0o711);
  const host = `unix://${join(folder, 'docker.sock')}`;
  const log = await open(join(folder, 'dockerd.log'), 'a');
  const daemon = spawn(
    'dockerd',
    [
      ...['-H', host],
      ...['--data-root', join(folder, 'data')],
      ...['--exec-root', join(folder, 'exec')],
      ...['--pidfile', join(folder, 'pid')],
    ],
    { stdio: ['ignore', log.fd, log.fd], detached: true },
  );
  const exited = new Promise<void>((resolve) => daemon.once('exit', () => resolve()));
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await answers(host))) {
    if (daemon.exitCode !== null || Date.now() > deadline) {
      daemon.kill();
      throw new Error(`dockerd did not start; its log is ${folder}/dockerd.log`);
    }
    await delay(200);
  }
  process.env.DOCKER_HOST = host;
  return async () => {
    daemon.kill('SIGTERM');
    const stopped = await Promise.race([
      exited.then(() => true),
      delay(20_000, false, { ref: false }),
    ]);
    if (!stopped) {
      daemon.kill('SIGKILL');
      await exited;
    }
    await log.close();
    // A container on the host's network leaves this mounted (libnetwork's default sandbox).
    spawnSync('umount', ['--lazy', join(folder, 'exec/netns/default')], { stdio: 'ignore' });
    await rm(folder, { recursive: true, force: true });
  };
}
