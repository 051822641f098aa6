import { resolve } from 'node:path';
import type { Host } from '../machine/types.ts';
import { expandHome } from '../ports/expand-home.ts';

/** `~` is the person's home, also under sudo; other paths start where the command was given. */
export function personPath(path: string, { home }: Pick<Host, 'home'>, cwd: string): string {
  return resolve(cwd, expandHome(path, home));
}
