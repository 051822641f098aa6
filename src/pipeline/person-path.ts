import { join, resolve } from 'node:path';
import type { Host } from '../machine/types.ts';

/** `~` is the person's home, also under sudo; other paths start where the command was given. */
export function personPath(path: string, { home }: Pick<Host, 'home'>, cwd: string): string {
  if (path === '~') return home;
  if (path.startsWith('~/')) return join(home, path.slice(2));
  return resolve(cwd, path);
}
