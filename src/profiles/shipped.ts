// The files of profiles/, bundled, so that they are there in whatever form the program runs.
import rehearsal from '../../profiles/rehearsal.json' with { type: 'json' };
import { type Profile, profileSchema } from '../contract/profile.ts';

const files: unknown[] = [rehearsal];

/** The profiles that come with the program, in the order in which they are listed. */
export function shippedProfiles(): Profile[] {
  return files.map((file) => profileSchema.parse(file));
}
