import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Path of a file that comes with the package (`docker/`, `profiles/`, `dist/`): beside the program,
 * whether it runs from dist/ or from TypeScript source.
 */
export function assetPath(...parts: string[]): string {
  return join(packageRoot(), ...parts);
}

let known: string | undefined;

function packageRoot(): string {
  if (known) return known;
  const start = dirname(fileURLToPath(import.meta.url));
  for (let dir = start; dir !== dirname(dir); dir = dirname(dir)) {
    // Bundles have no folder of their own depth to count on.
    if (existsSync(join(dir, 'package.json')) && existsSync(join(dir, 'docker'))) {
      known = dir;
      return dir;
    }
  }
  throw new Error(`the package's files are not beside the program (${start})`);
}
