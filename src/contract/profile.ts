import { z } from 'zod';
import { choicesSchema } from './choices.ts';

/** Version of the profile file's schema; raised only together with a migration. */
export const PROFILE_SCHEMA = 1;

/** No slashes, no leading dot: a name is also a file name and part of a container's name. */
export const profileNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'a profile name has a-z, 0-9, dot, dash and underscore');

export const profileSchema = z.strictObject({
  schema: z.literal(PROFILE_SCHEMA),
  name: profileNameSchema,
  /** One sentence: for whom this profile is. */
  description: z.string().optional(),
  choices: choicesSchema,
  /** ISO-8601. */
  createdAt: z.string().optional(),
  updatedAt: z.string().optional(),
});
export type Profile = z.infer<typeof profileSchema>;

/** One profile as `profiles --json` shows it. */
export const listedProfileSchema = z.object({
  name: profileNameSchema,
  description: z.string().nullable(),
  origin: z.enum(['own', 'shipped']),
  default: z.boolean(),
  /** File of an own profile. */
  path: z.string().nullable(),
  choices: choicesSchema,
});
export type ListedProfile = z.infer<typeof listedProfileSchema>;

/** `profiles … --json`: every action answers with the profiles that it is about. */
export const profilesSchema = z.object({
  v: z.literal(1),
  profiles: z.array(listedProfileSchema),
  /** Files in the profiles folder that are no usable profile; they stay as they are. */
  problems: z.array(z.object({ path: z.string(), text: z.string() })),
});
export type ProfilesReport = z.infer<typeof profilesSchema>;
