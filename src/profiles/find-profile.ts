import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, UsageError } from '../contract/failure.ts';
import { type Profile, profileNameSchema } from '../contract/profile.ts';
import { places } from './places.ts';
import { readProfile } from './read-profile.ts';
import { shippedProfiles } from './shipped.ts';

/** Whose profiles: the environment and the home folder of the person. */
export interface ProfilesOf {
  env: NodeJS.ProcessEnv;
  home: string;
}

export interface FoundProfile {
  profile: Profile;
  origin: 'own' | 'shipped';
  /** File of an own profile, null for a shipped one. */
  path: string | null;
}

export interface ProfileList {
  /** Own ones first, by name; then the shipped ones that no own one shadows. */
  profiles: FoundProfile[];
  /** Files that are no usable profile: kept, named, not listed. */
  problems: { path: string; sentence: string }[];
}

/** Where an own profile of this name is kept. */
export function profilePath(name: string, of: ProfilesOf): string {
  return join(places(of.env, of.home).profiles, `${name}.json`);
}

/**
 * A profile by name; an own one shadows a shipped one of the same name.
 * @throws UsageError when there is none (names those that are there), Failure `profile-unreadable`
 *   when the file of that name is not usable (a shipped one never stands in for it silently)
 */
export function findProfile(name: string, of: ProfilesOf): FoundProfile {
  if (!profileNameSchema.safeParse(name).success) {
    throw new UsageError(`A profile name has a-z, 0-9, dot, dash and underscore, not \`${name}\`.`);
  }
  const path = profilePath(name, of);
  const own = readProfile(path);
  switch (own.state) {
    case 'read':
      return { profile: own.profile, origin: 'own', path };
    case 'unreadable':
      throw new Failure({ code: 'profile-unreadable', sentence: own.sentence, proof: own.proof });
    case 'absent': {
      const shipped = shippedProfiles().find((profile) => profile.name === name);
      if (shipped) return { profile: shipped, origin: 'shipped', path: null };
      const names = listProfiles(of).profiles.map(({ profile }) => profile.name);
      throw new UsageError(`There is no profile \`${name}\`. There are: ${names.join(', ')}.`);
    }
    default:
      return own satisfies never;
  }
}

/** All profiles. A folder that is not there holds none; one bad file hides no other. */
export function listProfiles(of: ProfilesOf): ProfileList {
  const folder = places(of.env, of.home).profiles;
  const profiles: FoundProfile[] = [];
  const problems: ProfileList['problems'] = [];
  for (const file of profileFiles(folder)) {
    const path = join(folder, file);
    const read = readProfile(path);
    if (read.state === 'read') profiles.push({ profile: read.profile, origin: 'own', path });
    else if (read.state === 'unreadable') problems.push({ path, sentence: read.sentence });
  }
  const taken = new Set(profiles.map(({ profile }) => profile.name));
  for (const profile of shippedProfiles()) {
    if (!taken.has(profile.name)) profiles.push({ profile, origin: 'shipped', path: null });
  }
  return { profiles, problems };
}

function profileFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith('.json') && !file.startsWith('.'))
      .sort();
  } catch {
    return [];
  }
}
