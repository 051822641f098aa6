import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assetPath } from '../recipe/assets.ts';

/**
 * Certificate authorities that a person added, PEM: those of docker/certs/, which the steps of the
 * build trust too, and of NODE_EXTRA_CA_CERTS. What cannot be read is left out, as Node does.
 */
export function extraAuthorities(
  env: NodeJS.ProcessEnv,
  folder = assetPath('docker', 'certs'),
): string[] {
  const read = (path: string): string[] => {
    try {
      return [readFileSync(path, 'utf8')];
    } catch {
      return [];
    }
  };
  let names: string[] = [];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.crt'));
  } catch {
    // A package without the folder has none.
  }
  const own = env.NODE_EXTRA_CA_CERTS ? read(env.NODE_EXTRA_CA_CERTS) : [];
  return [...names.sort().flatMap((name) => read(join(folder, name))), ...own];
}
