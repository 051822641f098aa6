import { execFileSync, spawnSync } from 'node:child_process';
import { createReadStream, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { unpackPackage } from '../engine/debian-package.ts';

const SUITE = 'bookworm';
/** With a slash, so that `docker.io/steadydancer-test/base:bookworm` is its full name. */
export const BASE_IMAGE = `steadydancer-test/base:${SUITE}`;

/**
 * A slim Debian with Python 3.11 to build on, bootstrapped from the mirror that apt here is
 * configured for, or why there is none. Kept as a file from run to run.
 */
export async function baseImage(docker: Dockerode): Promise<{ reason: string } | { ref: string }> {
  const there = await docker
    .getImage(BASE_IMAGE)
    .inspect()
    .catch(() => null);
  if (there) return { ref: BASE_IMAGE };
  const made = bootstrapped();
  if ('reason' in made) return made;
  const [repo = '', tag = ''] = BASE_IMAGE.split(':');
  const stream = await docker.importImage(createReadStream(made.file), { repo, tag });
  let said = '';
  for await (const chunk of stream) said += chunk.toString();
  if (said.includes('"errorDetail"')) return { reason: `the base image was refused: ${said}` };
  return { ref: BASE_IMAGE };
}

function bootstrapped(): { file: string } | { reason: string } {
  const folder = join(tmpdir(), `steadydancer-test-base-${SUITE}-2-${process.getuid?.() ?? 0}`);
  const file = join(folder, 'base.tar');
  if (existsSync(join(folder, 'complete'))) return { file };
  if (process.getuid?.() !== 0) return { reason: 'debootstrap needs root' };
  const mirror = debianMirror();
  if (mirror === null) return { reason: "apt's configuration names no Debian mirror" };
  const debootstrap = unpackPackage('debootstrap');
  if ('reason' in debootstrap) return debootstrap;
  const root = join(folder, 'root');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const ended = spawnSync(
    join(debootstrap.dir, 'usr/sbin/debootstrap'),
    ['--variant=minbase', SUITE, root, mirror],
    {
      encoding: 'utf8',
      env: {
        ...process.env,
        DEBOOTSTRAP_DIR: join(debootstrap.dir, 'usr/share/debootstrap'),
      },
    },
  );
  if (ended.status !== 0) {
    return { reason: `debootstrap: ${(ended.stdout ?? '').trim().split('\n').at(-1)}` };
  }
  // As the official images have it: a build that is cut off starts again, so nothing need be synced.
  const settings = join(root, 'etc/dpkg/dpkg.cfg.d');
  mkdirSync(settings, { recursive: true });
  writeFileSync(join(settings, 'docker-apt-speedup'), 'force-unsafe-io\n');
  const without = ['./proc/*', './sys/*', './dev/*', './var/cache/apt/*', './var/lib/apt/lists/*'];
  const excluded = without.map((path) => `--exclude=${path}`);
  execFileSync('tar', ['-C', root, ...excluded, '-cf', file, '.']);
  rmSync(root, { recursive: true, force: true });
  writeFileSync(join(folder, 'complete'), SUITE);
  return { file };
}

export function debianMirror(): string | null {
  const ended = spawnSync('apt-get', ['indextargets', '--format', '$(REPO_URI) $(COMPONENT)'], {
    encoding: 'utf8',
  });
  const lines = (ended.stdout ?? '').split('\n').filter((line) => / main$/.test(line));
  return lines.find((line) => /\/debian\/? main$/.test(line))?.split(' ')[0] ?? null;
}
