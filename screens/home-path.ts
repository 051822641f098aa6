/** A path as a person names it: their own folder is `~`. */
export function homePath(path: string, home: string | null): string {
  return home && home !== '/' && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
