import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { type Profile, profileNameSchema } from '../contract/profile.ts';
import { migrateProfile } from './migrate-profile.ts';

export type ReadProfile =
  | { state: 'read'; profile: Profile }
  | { state: 'absent' }
  /** The file is there and is left as it is; `sentence` names it. */
  | { state: 'unreadable'; sentence: string; proof: string };

/** A profile has a few hundred bytes; what is larger than this is something else. */
const MAX_BYTES = 256 * 1024;

/** Reads, migrates (in memory only) and checks one profile file. Writes nothing. */
export function readProfile(path: string): ReadProfile {
  const name = basename(path).replace(/\.json$/, '');
  const unreadable = (why: string, proof = why): ReadProfile => ({
    state: 'unreadable',
    sentence: `The profile file ${path} is not usable: ${why}.`,
    proof,
  });
  let text: string;
  try {
    const stat = statSync(path);
    // Reading a named pipe or a device could wait, or go on, for ever.
    if (!stat.isFile()) return unreadable('it is not a plain file');
    const { size } = stat;
    if (size > MAX_BYTES) return unreadable(`it has ${size} bytes, a profile has a few hundred`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { state: 'absent' };
    return unreadable(`it cannot be read (${code})`, String(error));
  }
  let raw: unknown;
  try {
    raw = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return unreadable('it is not JSON', (error as Error).message);
  }
  if (!profileNameSchema.safeParse(name).success) {
    return unreadable('a profile name has a-z, 0-9, dot, dash and underscore');
  }
  const migrated = migrateProfile(raw, name);
  return migrated.ok
    ? { state: 'read', profile: migrated.profile }
    : unreadable(migrated.sentence, text.split('\n', 1)[0] || migrated.sentence);
}
