import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianMirror } from '../world/base-image.ts';
import { unpackPackage } from './debian-package.ts';

/** Suites whose docker.io is newer than this machine's: 26 and 28. */
type NewerSuite = 'trixie' | 'sid';

/**
 * A small Debian of another suite with its Docker engine, bootstrapped from the mirror that apt here
 * is configured for; nothing is installed on this machine. Kept from run to run.
 */
export function debianRoot(suite: NewerSuite): { root: string } | { reason: string } {
  const folder = join(tmpdir(), `steadydancer-test-root-${suite}-${process.getuid?.() ?? 0}`);
  const root = join(folder, 'root');
  if (existsSync(join(folder, 'complete'))) return { root };
  if (process.getuid?.() !== 0) return { reason: 'debootstrap needs root' };
  const mirror = debianMirror();
  if (mirror === null) return { reason: "apt's configuration names no Debian mirror" };
  const debootstrap = unpackPackage('debootstrap');
  if ('reason' in debootstrap) return debootstrap;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const share = join(debootstrap.dir, 'usr/share/debootstrap');
  const ended = spawnSync(
    join(debootstrap.dir, 'usr/sbin/debootstrap'),
    ['--variant=minbase', '--include=docker.io,iptables', suite, root, mirror],
    { encoding: 'utf8', env: { ...process.env, DEBOOTSTRAP_DIR: share } },
  );
  if (ended.status !== 0) {
    return { reason: `debootstrap ${suite}: ${(ended.stdout ?? '').trim().split('\n').at(-1)}` };
  }
  writeFileSync(join(folder, 'complete'), suite);
  return { root };
}
