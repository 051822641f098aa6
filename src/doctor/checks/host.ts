import { createServer } from 'node:net';
import type { Inventory } from '../../machine/types.ts';
import { type Check, fail, ok, skip, warn } from '../types.ts';

export const hostChecks: readonly Check[] = [
  {
    id: 'platform',
    title: 'System',
    group: 'host',
    look: ({ machine: { host } }) => {
      const name = `${host.platform} ${host.arch}`;
      if (host.platform === 'linux') {
        return ok(host.wslDistro === null ? name : `WSL2, ${host.wslDistro}, ${host.arch}`);
      }
      if (host.platform === 'darwin') {
        return warn(`${name}: rehearsal, smoke, diagnose and machines elsewhere only`);
      }
      return fail(`${name} is not supported: run it in WSL`, {
        label: 'In PowerShell',
        command: 'wsl -- steadydancer',
      });
    },
  },
  {
    id: 'container',
    title: 'Not in a container',
    group: 'host',
    look: ({ machine: { host, engine } }) => {
      if (host.container === null) return ok('this is a machine of its own');
      const what = host.container === 'pod' ? `Runpod pod ${host.podId ?? ''}` : 'a container';
      if (engine.state === 'ready') return ok(`this is ${what}; Docker answers in it all the same`);
      return host.container === 'privileged'
        ? warn(`this is ${what} that has the rights to run Docker`)
        : fail(`this is ${what}: Docker cannot run in it`);
    },
  },
  {
    id: 'user',
    title: 'User',
    group: 'host',
    look: ({ machine: { host } }) => {
      if (host.uid === null) return skip('no uid on this system');
      return host.uid === 0
        ? warn('root: files that ComfyUI writes will belong to root')
        : ok(`${host.user} (${host.uid}:${host.gid}): what ComfyUI writes belongs to it`);
    },
  },
  {
    id: 'confinement',
    title: 'SELinux and AppArmor',
    group: 'host',
    look: ({ machine: { host, engine } }) => {
      const on = host.confinement ?? [];
      const docker =
        engine.state === 'ready' && engine.securityOptions.some((it) => it.includes('selinux'));
      if (on.includes('selinux')) {
        return docker
          ? ok('SELinux is on, in Docker too: our containers run without its labels')
          : ok('SELinux is on; Docker does not use it');
      }
      return ok(on.includes('apparmor') ? 'AppArmor is on, no hindrance' : 'neither is on');
    },
  },
  {
    id: 'port',
    title: 'Port',
    group: 'host',
    look: ({ port, inventory, machine }) =>
      portFree(port, inventory, machine.host.wslDistro !== null),
  },
  {
    id: 'proxies',
    title: 'Proxy',
    group: 'host',
    look: ({ env, machine: { engine } }) => {
      const proxy = [
        'HTTPS_PROXY',
        'https_proxy',
        'HTTP_PROXY',
        'http_proxy',
        'ALL_PROXY',
        'all_proxy',
      ]
        .map((name) => env[name])
        .find(Boolean);
      const engines = engine.state === 'ready' ? engine.proxy?.https || engine.proxy?.http : '';
      if (!proxy) return ok(engines ? 'Docker itself uses one' : 'none');
      // docker/for-mac#6513: loopback inside a build is the build's own.
      if (/\/\/(?:[^@/]*@)?(?:127\.|localhost|\[::1\])/.test(proxy)) {
        return warn('the proxy is on this computer: a build cannot reach it by 127.0.0.1');
      }
      return engines
        ? ok('set here and in Docker')
        : warn('set here, but not in Docker: pulls go past it');
    },
  },
];

/** Tries to listen, as ComfyUI's port will be: a port can be taken without a listener one may see. */
async function portFree(port: number, inventory: Inventory | null, wsl: boolean) {
  const errno = await new Promise<string | null>((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () =>
      server.close(() => resolve(null)),
    );
  });
  if (errno === null)
    return ok(`${port} is free${wsl ? ' in Linux; Windows may still keep it' : ''}`);
  const ours = inventory?.containers.find(
    ({ ports, state }) => state === 'running' && ports.some((it) => it.hostPort === port),
  );
  if (ours) return ok(`${port} is used by ${ours.name}, which is ours`);
  if (errno === 'EACCES') return warn(`${port} needs root; a port from 1024 on does not`);
  return warn(`${port} is taken (${errno}): a run takes the next free one and says so`);
}
