import type { RoadCommand } from './engine-roads.ts';

export interface Packages {
  /** Its size. */
  note: string;
  /** The command that takes it away again. */
  undo: string;
  commands: RoadCommand[];
}

const must = (...argv: RoadCommand['argv']): RoadCommand => ({ argv, root: true, optional: false });
const may = (...argv: RoadCommand['argv']): RoadCommand => ({ argv, root: true, optional: true });

/**
 * The distribution's own Docker, with buildx and compose where it has them; null where it has none.
 * @param distro ID and ID_LIKE of /etc/os-release, the nearest first
 */
export function distributionPackages(distro: readonly string[]): Packages | null {
  for (const id of distro) {
    if (id === 'debian' || id === 'ubuntu') return debian();
    // Red Hat's own packages are Podman: Docker comes from its own repository there.
    if (redHat.includes(id)) return null;
    if (id === 'fedora') {
      return packages('dnf remove moby-engine', [
        must('dnf', 'install', '-y', 'moby-engine', 'docker-cli'),
        may('dnf', 'install', '-y', 'docker-buildx', 'docker-compose'),
      ]);
    }
    if (id === 'arch') {
      return packages('pacman -R docker', [
        must(
          'pacman',
          '-S',
          '--needed',
          '--noconfirm',
          'docker',
          'docker-buildx',
          'docker-compose',
        ),
      ]);
    }
    if (id === 'suse' || id.startsWith('opensuse')) {
      return packages('zypper remove docker', [
        must('zypper', '--non-interactive', 'install', 'docker', 'docker-buildx'),
        may('zypper', '--non-interactive', 'install', 'docker-compose'),
      ]);
    }
    if (id === 'alpine') {
      return packages('apk del docker', [
        must('apk', 'add', 'docker'),
        may('apk', 'add', 'docker-cli-buildx', 'docker-cli-compose'),
      ]);
    }
  }
  return null;
}

const redHat = ['rhel', 'centos', 'rocky', 'almalinux'];

/**
 * Names differ by suite, so each that not all have is tried by itself: docker-cli is split off from
 * Debian 13 on, docker-compose-v2 is Ubuntu's name. Debian's docker-compose is the old Python one up
 * to Debian 12 and is left out (facts docker-gpu.md §8, measured).
 */
function debian(): Packages {
  const install = ['apt-get', 'install', '-y', '-q', '--no-install-recommends'] as const;
  return packages('apt-get remove docker.io', [
    must('apt-get', 'update', '-q'),
    must(...install, 'docker.io', 'iptables'),
    may(...install, 'docker-cli'),
    may(...install, 'docker-buildx'),
    may(...install, 'docker-compose-v2'),
  ]);
}

/**
 * Docker's own repository (docs.docker.com/engine/install/debian, /ubuntu, /fedora, /centos); null
 * where Docker publishes no packages for it.
 */
export function dockerRepository(distro: readonly string[]): Packages | null {
  for (const id of distro) {
    if (id === 'debian' || id === 'ubuntu') return aptRepository(id);
    if (id === 'fedora' || redHat.includes(id))
      return dnfRepository(id === 'fedora' ? id : 'centos');
  }
  return null;
}

const OWN = [
  'docker-ce',
  'docker-ce-cli',
  'containerd.io',
  'docker-buildx-plugin',
  'docker-compose-plugin',
];

/** An estimate: with buildx and compose it is about twice what a distribution's package has. */
const OWN_NOTE = 'about 120 MB, the newest Docker';

function aptRepository(id: 'debian' | 'ubuntu'): Packages {
  const site = `https://download.docker.com/linux/${id}`;
  const key = '/etc/apt/keyrings/docker.asc';
  const source = [
    'Types: deb',
    `URIs: ${site}`,
    'Suites: $suite',
    'Components: stable',
    `Signed-By: ${key}`,
  ].join('\\n');
  // Derived distributions name the suite that they are built on as UBUNTU_CODENAME.
  const write =
    `. /etc/os-release; suite="\${UBUNTU_CODENAME:-$VERSION_CODENAME}"; ` +
    `printf "${source}\\n" > /etc/apt/sources.list.d/docker.sources`;
  const undo = 'apt-get remove docker-ce && rm /etc/apt/sources.list.d/docker.sources';
  return {
    note: OWN_NOTE,
    undo,
    commands: [
      must('apt-get', 'update', '-q'),
      must('apt-get', 'install', '-y', '-q', 'ca-certificates', 'curl'),
      must('install', '-m', '0755', '-d', '/etc/apt/keyrings'),
      must('curl', '-fsSL', `${site}/gpg`, '-o', key),
      must('chmod', 'a+r', key),
      must('sh', '-c', write),
      must('apt-get', 'update', '-q'),
      must('apt-get', 'install', '-y', '-q', ...OWN),
    ],
  };
}

function dnfRepository(id: 'fedora' | 'centos'): Packages {
  const file = `https://download.docker.com/linux/${id}/docker-ce.repo`;
  const target = '/etc/yum.repos.d/docker-ce.repo';
  const undo = `dnf remove docker-ce && rm ${target}`;
  return {
    note: OWN_NOTE,
    undo,
    commands: [
      // dnf 4 and dnf 5 add a repository by different words; the file is the same.
      must('curl', '-fsSL', file, '-o', target),
      must('dnf', 'install', '-y', ...OWN),
    ],
  };
}

/** Measured with Debian 12: 65.9 MB to download, 265 MB on the disk. */
function packages(undo: string, commands: RoadCommand[]): Packages {
  return { note: 'about 70 MB to download', undo, commands };
}
