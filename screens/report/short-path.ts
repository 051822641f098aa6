import { cells, cut } from '../kit/cells.ts';

/**
 * A path in one row: where it is too long its middle goes, the folder that it starts from and its
 * end stay. It is never broken over rows, where nobody could select it.
 */
export function shortPath(path: string, width: number, ellipsis: string): string {
  if (cells(path) <= width) return path;
  const separator = path.includes('\\') ? '\\' : '/';
  const parts = path.split(separator);
  const first = parts.findIndex((part) => part !== '');
  const head = parts.slice(0, first + 1).join(separator);
  for (let from = first + 2; from < parts.length; from += 1) {
    const short = [head, ellipsis, ...parts.slice(from)].join(separator);
    if (cells(short) <= width) return short;
  }
  const name = parts.at(-1) ?? path;
  if (cells(name) + cells(ellipsis) + 1 <= width) return `${ellipsis}${separator}${name}`;
  return cut(name, width, ellipsis);
}

/**
 * A path as the person in front names it: `~` for their own folder; in WSL the name by which Windows
 * reaches it (learn.microsoft.com/windows/wsl/filesystems).
 */
export function pathInFront(path: string, home: string | null, wslDistro?: string): string {
  if (wslDistro && path.startsWith('/')) {
    return `\\\\wsl.localhost\\${wslDistro}${path.replaceAll('/', '\\')}`;
  }
  return home && home !== '/' && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
