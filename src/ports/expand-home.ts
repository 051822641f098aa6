import { join } from 'node:path';

/** `~` and `~/…` as the person's home; every other path as it is. */
export function expandHome(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path;
}
