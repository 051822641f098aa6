import { chownSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { sudoCaller } from './sudo.ts';

/**
 * Makes a folder and those above it, mode 0700. Not `mkdir(…, {recursive: true})`: where a folder
 * can never be made (below /proc), Node's own answers ENOENT by trying the parent for ever.
 * Under sudo the folders belong to the person who called it: ~/.config of root's would lock them out.
 * @throws ErrnoException of the folder that could not be made
 */
export function makeFolder(path: string): void {
  try {
    makeOne(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    makeFolder(dirname(path));
    makeOne(path);
  }
}

function makeOne(path: string): void {
  mkdirSync(path, { mode: 0o700 });
  const caller = sudoCaller();
  if (caller) chownSync(path, caller.uid, caller.gid);
}
