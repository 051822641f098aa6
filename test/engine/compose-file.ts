import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { unpackFromSuite } from './debian-package.ts';

/** Compose of Debian's newer suite, which reads a file without an engine; or why there is none. */
export function composeConfig(
  file: string,
  env: Record<string, string>,
): { config: Record<string, unknown> } | { reason: string } {
  const unpacked = unpackFromSuite('docker-compose', 'trixie');
  if ('reason' in unpacked) return unpacked;
  const program = ['usr/libexec/docker/cli-plugins/docker-compose', 'usr/bin/docker-compose']
    .map((path) => join(unpacked.dir, path))
    .find((path) => existsSync(path));
  if (!program) return { reason: 'docker-compose of trixie has no program where it was expected' };
  const said = execFileSync(program, ['--file', file, 'config', '--format', 'json'], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', ...env },
  });
  return { config: JSON.parse(said) };
}
