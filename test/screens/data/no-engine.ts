import type { Seen } from '../../../screens/deps.ts';
import type { Host, MissingEngine } from '../../../src/machine/types.ts';
import { linuxHost } from '../../unit/machine/fakes.ts';
import { seen } from './machine.ts';

export const debianHost: Host = { ...linuxHost, distro: ['debian'], systemd: true };

const endpoint = { url: 'unix:///var/run/docker.sock', context: null, remote: false };

export const absent: MissingEngine = {
  state: 'absent',
  endpoint,
  sentence: 'Docker is not installed on this machine.',
  proof: 'connect ENOENT /var/run/docker.sock',
  fixes: [],
};

export const notOfTheGroup: MissingEngine = {
  state: 'no-permission',
  endpoint,
  sentence: 'Docker runs, but mia may not use /var/run/docker.sock.',
  proof: 'connect EACCES /var/run/docker.sock',
  fixes: [{ label: 'Add mia to group docker', command: 'sudo usermod -aG docker mia' }],
};

export const notIntegrated: MissingEngine = {
  state: 'desktop-not-integrated',
  endpoint,
  sentence: 'Docker Desktop is not connected to Ubuntu-24.04.',
  proof: "The command 'docker' could not be found in this WSL 2 distro.",
  fixes: [
    {
      label:
        'In Docker Desktop: Settings > Resources > WSL integration > Ubuntu-24.04, then Apply & restart',
    },
  ],
};

export const inAPod: MissingEngine = {
  state: 'cannot-run-here',
  endpoint,
  sentence:
    'This is a Runpod pod, itself a container: Docker cannot run in it, and installing it here would not help.',
  proof: 'connect ENOENT /var/run/docker.sock',
  fixes: [
    {
      label: 'On your own computer, build for Runpod',
      command: 'npx steadydancer-wizard --for runpod',
    },
  ],
};

/** What the machine page saw where no engine answers. */
export function seenWithout(engine: MissingEngine, host: Host = debianHost): Seen {
  return {
    machine: { host, engine },
    checks: seen.checks.map((check) =>
      check.id === 'docker'
        ? { id: 'engine', title: 'Docker', status: 'fail', detail: engine.sentence }
        : check,
    ),
  };
}
