// A real sshd of this machine's distribution on a loopback port, in a mount namespace of its own
// where a second user is known; and a relay before it, so that the line can be cut.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unpackPackage } from './debian-package.ts';
import { freePort } from './program.ts';

const USER = 'dancer';
const UID = 47_110;

export interface SshServer {
  /** What `--on` takes: a name of the configuration that the client's ssh reads. */
  host: string;
  /** Home of the user there. */
  home: string;
  /** Environment of a client whose `ssh` knows the server. */
  env: Record<string, string>;
  /** Cuts every connection, as a closed lid does. */
  cut(): void;
  /** The client's known hosts. */
  knownHosts: string;
  /** A line of the client's configuration, before the others. */
  configure(line: string): void;
  /** A filesystem of its own over a folder there, by options of tmpfs; the returned call takes it away. */
  mount(path: string, options: string): () => void;
  stop(): void;
}

/** Why there can be none here; null where there can. */
export function noSshServer(): string | null {
  if (process.platform !== 'linux') return 'mount namespaces are only on Linux';
  if (process.getuid?.() !== 0) return 'sshd for another user needs root';
  if (spawnSync('ssh', ['-V']).error) return 'ssh is not installed';
  if (spawnSync('unshare', ['--mount', 'true']).status !== 0)
    return 'no mount namespace can be made';
  const found = sshd();
  return 'reason' in found ? found.reason : null;
}

/** The sshd that is installed, or the distribution's package unpacked beside it. */
function sshd(): { program: string; libraries: string } | { reason: string } {
  if (existsSync('/usr/sbin/sshd')) return { program: '/usr/sbin/sshd', libraries: '' };
  const server = unpackPackage('openssh-server');
  if ('reason' in server) return server;
  const wrap = unpackPackage('libwrap0');
  const libraries =
    'reason' in wrap
      ? ''
      : readdirSync(wrap.dir, { recursive: true, encoding: 'utf8' }).find((path) =>
          path.endsWith('/libwrap.so.0'),
        );
  return {
    program: join(server.dir, 'usr/sbin/sshd'),
    libraries: libraries && !('reason' in wrap) ? join(wrap.dir, dirname(libraries)) : '',
  };
}

/** @param dockerHost engine that the user there has; its socket's group is theirs */
export async function sshServer(dockerHost: string): Promise<SshServer> {
  const found = sshd();
  if ('reason' in found) throw new Error(found.reason);
  const folder = mkdtempSync(join(tmpdir(), 'sd-sshd-'));
  chmodSync(folder, 0o755);
  const home = join(folder, 'home');
  const socket = dockerHost.replace(/^unix:\/\//, '');
  const gid = existsSync(socket) ? statSync(socket).gid : UID;
  mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 });
  for (const key of ['host-key', 'client-key']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, key)]);
  }
  copyFileSync(join(folder, 'client-key.pub'), join(home, '.ssh/authorized_keys'));
  for (const path of [home, join(home, '.ssh'), join(home, '.ssh/authorized_keys')]) {
    chownSync(path, UID, gid);
  }
  const port = await freePort();
  const relay = await startRelay(port);
  writeFileSync(
    join(folder, 'sshd_config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${join(folder, 'host-key')}`,
      `PidFile ${join(folder, 'sshd.pid')}`,
      'UsePAM no',
      'PasswordAuthentication no',
      'StrictModes no',
      // Fewer than the calls of one command: they have to share a connection.
      'MaxStartups 2',
      `SetEnv DOCKER_HOST=${dockerHost} STEADYDANCER_HOME=${join(home, 'own')}`,
      '',
    ].join('\n'),
  );
  // The machine's own accounts, and two more: the user, and the one that sshd locks itself in as.
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('sshd:'));
  accounts.push(`${USER}:*:${UID}:${gid}::${home}:/bin/sh`);
  accounts.push('sshd:*:47111:65534::/run/sshd:/usr/sbin/nologin');
  writeFileSync(join(folder, 'passwd'), `${accounts.join('\n')}\n`);
  const daemon = await startDaemon(folder, found, port);
  const config = join(folder, 'ssh_config');
  const knownHosts = join(folder, 'known_hosts');
  const hostKey = readFileSync(join(folder, 'host-key.pub'), 'utf8')
    .split(' ')
    .slice(0, 2)
    .join(' ');
  writeFileSync(knownHosts, `[127.0.0.1]:${relay.port} ${hostKey}\n`);
  const settings = [
    'Host gpu-box',
    '  HostName 127.0.0.1',
    `  Port ${relay.port}`,
    `  User ${USER}`,
    `  IdentityFile ${join(folder, 'client-key')}`,
    '  IdentitiesOnly yes',
    `  UserKnownHostsFile ${knownHosts}`,
    '  GlobalKnownHostsFile /dev/null',
    '  StrictHostKeyChecking yes',
    '',
  ];
  writeFileSync(config, settings.join('\n'));
  const real = execFileSync('sh', ['-c', 'command -v ssh'], { encoding: 'utf8' }).trim();
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/ssh'), `#!/bin/sh\nexec ${real} -F ${config} "$@"\n`, {
    mode: 0o755,
  });
  return {
    host: 'gpu-box',
    home,
    env: { PATH: `${join(folder, 'bin')}:${process.env.PATH}` },
    cut: relay.cut,
    knownHosts,
    configure: (line) => writeFileSync(config, [line, ...settings].join('\n')),
    mount(path, options) {
      const inside = ['--mount', '--target', `${daemon.pid}`];
      const own = `${options},uid=${UID},gid=${gid}`;
      // Seen there: it may lie in a filesystem that was mounted there before.
      const as = ['setpriv', `--reuid=${UID}`, `--regid=${gid}`, '--clear-groups'];
      execFileSync('nsenter', [...inside, ...as, 'mkdir', '-p', path]);
      execFileSync('nsenter', [...inside, 'mount', '-t', 'tmpfs', '-o', own, 'tmpfs', path]);
      return () => execFileSync('nsenter', [...inside, 'umount', '--lazy', path]);
    },
    stop() {
      daemon.kill('SIGKILL');
      relay.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startDaemon(
  folder: string,
  { program, libraries }: { program: string; libraries: string },
  port: number,
): Promise<ChildProcess> {
  const inside = [
    `mount --bind ${join(folder, 'passwd')} /etc/passwd`,
    'mkdir -p /run/sshd && chmod 755 /run/sshd',
    `exec ${program} -D -e -f ${join(folder, 'sshd_config')}`,
  ].join(' && ');
  const daemon = spawn('unshare', ['--mount', 'sh', '-c', inside], {
    env: { ...process.env, ...(libraries ? { LD_LIBRARY_PATH: libraries } : {}) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  daemon.stdout?.on('data', (data) => {
    said += data;
  });
  daemon.stderr?.on('data', (data) => {
    said += data;
  });
  for (;;) {
    if (daemon.exitCode !== null) throw new Error(`sshd: ${said}`);
    if (await answers(port)) return daemon;
    await new Promise((again) => setTimeout(again, 50));
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function startRelay(to: number) {
  const open = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    port: (server.address() as { port: number }).port,
    cut,
    close() {
      cut();
      server.close();
    },
  };
}
