import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { unpackFromSuite } from './debian-package.ts';

/** The suites whose docker-buildx is tried: 0.13 (indented rawjson) and a later one (a line each). */
export const buildxSuites = ['trixie', 'sid'] as const;

/** A DOCKER_CONFIG folder whose docker command has buildx, or why there is none. */
export type BuildxPlugin = { config: string; version: string } | { reason: string };

/** Makes Debian's docker-buildx a CLI plugin of a configuration folder of the tests' own. */
export function buildxPlugin(suite: (typeof buildxSuites)[number] = 'trixie'): BuildxPlugin {
  const unpacked = unpackFromSuite('docker-buildx', suite);
  if ('reason' in unpacked) return unpacked;
  const plugin = join(unpacked.dir, 'usr', 'libexec', 'docker', 'cli-plugins', 'docker-buildx');
  const config = join(unpacked.dir, '..', 'docker-config');
  const link = join(config, 'cli-plugins', 'docker-buildx');
  mkdirSync(join(config, 'cli-plugins'), { recursive: true });
  if (!existsSync(link)) symlinkSync(plugin, link);
  const ended = spawnSync('docker', ['buildx', 'version'], {
    encoding: 'utf8',
    env: { ...process.env, DOCKER_CONFIG: config },
  });
  if (ended.status !== 0) {
    return { reason: `buildx does not start: ${ended.error?.message ?? ended.stderr.trim()}` };
  }
  return { config, version: ended.stdout.trim().split(' ')[1] ?? '' };
}
