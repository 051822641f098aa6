import { describe, expect, it } from 'vitest';
import { engineRoads, shownCommand } from '../../../src/machine/engine-roads.ts';
import type { Host, MissingEngine } from '../../../src/machine/types.ts';
import { linuxHost } from './fakes.ts';

const missing = (state: MissingEngine['state'], fixes: MissingEngine['fixes'] = []) => ({
  state,
  endpoint: { url: 'unix:///var/run/docker.sock', context: null, remote: false },
  sentence: 'Docker is not installed on this machine.',
  proof: 'connect ENOENT /var/run/docker.sock',
  fixes,
});
const on = (...distro: string[]): Host => ({ ...linuxHost, distro });
const ids = (host: Host, engine: MissingEngine) => engineRoads(host, engine).map(({ id }) => id);
const typed = (host: Host, engine: MissingEngine, road = 0) =>
  (engineRoads(host, engine)[road]?.commands ?? []).map((command) => shownCommand(command, false));

describe('no engine is installed', () => {
  const absent = missing('absent');

  it.each([
    [['debian'], ['distribution', 'docker-repository']],
    [
      ['linuxmint', 'ubuntu', 'debian'],
      ['distribution', 'docker-repository'],
    ],
    [['fedora'], ['distribution', 'docker-repository']],
    [['rocky', 'rhel', 'centos', 'fedora'], ['docker-repository']],
    [['arch'], ['distribution']],
    [['opensuse-tumbleweed', 'opensuse', 'suse'], ['distribution']],
    [['alpine'], ['distribution']],
    [['nixos'], ['tell']],
  ])('%j: %j', (distro, expected) => {
    const fix = { label: 'Install Docker', command: 'curl -fsSL https://get.docker.com | sh' };
    expect(ids(on(...distro), missing('absent', [fix]))).toEqual(expected);
  });

  it('takes buildx and compose where the distribution has them, and does not insist', () => {
    const [road] = engineRoads(on('debian'), absent);
    const optional = road?.commands.filter((command) => command.optional) ?? [];
    const wanted = optional.map(({ argv }) => argv.at(-1));
    expect(wanted).toEqual(expect.arrayContaining(['docker-buildx', 'docker-compose-v2']));
    expect(typed(on('debian'), absent)).toContain(
      'sudo apt-get install -y -q --no-install-recommends docker.io iptables',
    );
    // What comes after it is shown, too: who is not root becomes a member of the group.
    expect(typed(on('debian'), absent).slice(-2)).toEqual([
      'sudo systemctl enable --now docker',
      'sudo usermod -aG docker mia',
    ]);
    expect(typed({ ...on('debian'), uid: 0 }, absent).at(-1)).toMatch(/systemctl/);
  });

  it("Docker's own repository is that of the distribution, buildx and compose included", () => {
    const commands = typed(on('linuxmint', 'ubuntu', 'debian'), absent, 1).join('\n');
    expect(commands).toContain('https://download.docker.com/linux/ubuntu/gpg');
    expect(commands).toContain('docker-buildx-plugin docker-compose-plugin');
    expect(commands).toContain('UBUNTU_CODENAME');
  });

  it('every road here asks for root rights and says how it is undone', () => {
    for (const road of engineRoads(on('debian'), absent)) {
      expect(road).toMatchObject({ root: true, walks: 'here' });
      expect(road.undo).toMatch(/^apt-get remove/);
    }
  });

  it('in WSL it is Docker Desktop, on Windows: told, not done', () => {
    const fix = { label: 'Install Docker Desktop on Windows', command: 'winget.exe install X' };
    const host = { ...on('ubuntu', 'debian'), wslDistro: 'Ubuntu-24.04' };
    expect(engineRoads(host, missing('absent', [fix]))).toMatchObject([
      { id: 'tell', walks: 'tell', root: false, title: fix.label },
    ]);
  });
});

describe('an engine is installed', () => {
  it('starts it by systemd, else by the service command', () => {
    expect(typed(linuxHost, missing('not-running'))).toEqual([
      'sudo systemctl enable --now docker',
    ]);
    expect(typed({ ...linuxHost, systemd: false }, missing('not-running'))).toEqual([
      'sudo service docker start',
    ]);
  });

  it('makes a member of the group, or goes on as one', () => {
    const join = { label: 'Add mia', command: 'sudo usermod -aG docker mia' };
    expect(typed(linuxHost, missing('no-permission', [join]))).toEqual([join.command]);
    expect(engineRoads(linuxHost, missing('no-permission'))).toMatchObject([
      { id: 'session-group', root: false, commands: [] },
    ]);
  });

  it('starts Docker Desktop without root rights', () => {
    const start = { label: 'Start Docker Desktop', command: 'docker desktop start' };
    expect(engineRoads(linuxHost, missing('desktop-stopped', [start]))).toMatchObject([
      { id: 'desktop', walks: 'here', root: false },
    ]);
  });

  it('tells what only the person can do', () => {
    const fix = { label: 'In Docker Desktop: Settings > Resources > WSL integration' };
    expect(engineRoads(linuxHost, missing('desktop-not-integrated', [fix]))).toMatchObject([
      { walks: 'tell', title: fix.label, commands: [] },
    ]);
  });
});

it('where Docker cannot run there is no road', () => {
  const pod: Host = { ...on('debian'), container: 'pod' };
  expect(engineRoads(pod, missing('cannot-run-here'))).toEqual([]);
});

it('a command is shown as a shell reads it', () => {
  const argv = ['sh', '-c', "printf 'a b'"] as const;
  expect(shownCommand({ argv: [...argv], root: true, optional: false }, false)).toBe(
    `sudo sh -c 'printf '\\''a b'\\'''`,
  );
});
