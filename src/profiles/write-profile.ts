import { existsSync, renameSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import Conf from 'conf';
import type { Profile } from '../contract/profile.ts';
import { makeFolder } from '../ports/make-folder.ts';
import { readProfile } from './read-profile.ts';

/**
 * Writes one profile file through conf: atomic, mode 0600, nothing migrated or defaulted by conf.
 * A file of that name that is not usable is kept beside it first.
 * @returns where the unusable file was put, null when there was none
 */
export function writeProfile(path: string, profile: Profile, at: Date): string | null {
  const folder = dirname(path);
  makeFolder(folder);
  const aside = readProfile(path).state === 'unreadable' ? setAside(path, at) : null;
  const store = new Conf<Record<string, unknown>>({
    cwd: folder,
    configName: basename(path, '.json'),
    fileExtension: 'json',
    clearInvalidConfig: false,
    configFileMode: 0o600,
    accessPropertiesByDotNotation: false,
  });
  store.store = { ...profile };
  return aside;
}

/** Renames an unusable file to `<name>.json.unusable-<time>`, which no list shows as a profile. */
function setAside(path: string, at: Date): string {
  const stamp = at.toISOString().replaceAll(/[:.]/g, '-');
  let to = `${path}.unusable-${stamp}`;
  for (let n = 2; existsSync(to); n += 1) to = `${path}.unusable-${stamp}-${n}`;
  renameSync(path, to);
  return to;
}
