import type { Fix } from '../contract/diagnosis.ts';
import type { Installation } from './engine-installed.ts';
import type { Host } from './types.ts';

/** `sudo ` for everyone but root, who may not have it installed. */
export function sudo(host: Host): string {
  return host.uid === 0 ? '' : 'sudo ';
}

/** Commands that start an installed engine, by what starts services here (facts docker-gpu.md §8). */
export function startFixes(host: Host, installed: Installation): Fix[] {
  const fix = (command: string): Fix[] => [
    { label: 'Start Docker', command: `${sudo(host)}${command}`, applies: 'start-engine' },
  ];
  if (installed.snap) return fix('snap start docker');
  if (host.systemd) return fix('systemctl start docker');
  if (installed.initScript) return fix('service docker start');
  return fix("sh -c 'dockerd >/var/log/dockerd.log 2>&1 &'");
}

/** Commands that start Docker Desktop; `docker desktop start` exists since Desktop 4.37. */
export function startDesktopFixes(host: Host): Fix[] {
  const start = { label: 'Start Docker Desktop', command: 'docker desktop start' };
  if (host.wslDistro !== null) {
    const command = '"/mnt/c/Program Files/Docker/Docker/Docker Desktop.exe" >/dev/null 2>&1 &';
    return [{ ...start, command }];
  }
  if (host.platform === 'darwin') return [{ ...start, command: 'open -a Docker' }];
  if (host.platform === 'linux') {
    return [{ ...start, command: 'systemctl --user start docker-desktop' }];
  }
  return [start];
}

/** Commands that install an engine: the distribution's package, then Docker's own (facts §8). */
export function installFixes(host: Host): Fix[] {
  if (host.wslDistro !== null) {
    // A second engine inside the distribution would have no GPU without more work: Desktop first.
    const command = 'winget.exe install --id Docker.DockerDesktop --exact';
    return [{ label: 'Install Docker Desktop on Windows', command }];
  }
  if (host.platform === 'darwin') {
    return [{ label: 'Install Docker Desktop', command: 'brew install --cask docker-desktop' }];
  }
  if (host.platform !== 'linux') return [];
  const become = sudo(host);
  const own: Fix = {
    label: "Install Docker from Docker's own packages",
    command: `curl -fsSL https://get.docker.com | ${become}sh`,
  };
  const packaged = packageCommand(host.distro ?? [], become);
  if (!packaged) return [own];
  const label = "Install Docker from the distribution's packages";
  // get.docker.com knows Debian, Ubuntu, Fedora and their like only.
  return packaged.startsWith(`${become}pacman`)
    ? [{ label, command: packaged }]
    : [{ label, command: packaged }, own];
}

function packageCommand(distro: string[], become: string): string | null {
  const enable = `${become}systemctl enable --now docker`;
  for (const id of distro) {
    if (id === 'debian' || id === 'ubuntu') {
      return `${become}apt-get update && ${become}apt-get install -y docker.io`;
    }
    if (id === 'fedora') return `${become}dnf install -y moby-engine && ${enable}`;
    if (id === 'arch') return `${become}pacman -S --needed docker docker-buildx && ${enable}`;
    if (id === 'suse' || id.startsWith('opensuse')) {
      return `${become}zypper install -y docker docker-buildx && ${enable}`;
    }
  }
  return null;
}

/** Group docker: at once under `sg`, instead of "log out and in again" (SITUATIONS 2). */
export function permissionFixes(host: Host, installed: Installation): Fix[] {
  const now: Fix = {
    label: 'Go on with the group in this session',
    command: "sg docker -c 'steadydancer'",
  };
  if (installed.inDockerGroup) return [now];
  const join: Fix = {
    label: `Add ${host.user} to group docker (its members can become root)`,
    command: `sudo usermod -aG docker ${host.user}`,
  };
  return [join, now];
}
