import { z } from 'zod';

const commit = z.string().regex(/^[0-9a-f]{40}$/);
/** By `comfyui` or the id of a node pack (nodes.json). */
const commits = z.record(z.string().regex(/^[a-z0-9_]+$/), commit);

/** Commits that `update` proved, for one row of stacks.json. */
export const pinsSchema = z.strictObject({
  stack: z.string(),
  /** The row's commits as shipped when these were proved; over any others they say nothing. */
  over: commits,
  /** Those that are not named stay as shipped. */
  commits,
});
export type Pins = z.infer<typeof pinsSchema>;

/** A set of pins that passed its test, with the image that it passed in. */
export const provedPinsSchema = z.strictObject({
  /** null: the pins as shipped. */
  pins: pinsSchema.nullable(),
  image: z.strictObject({ ref: z.string(), id: z.string() }).nullable(),
  planDigest: z.string().nullable(),
  /** ISO-8601 and run of the test; null where this program did not see one. */
  provedAt: z.string().nullable(),
  runId: z.string().nullable(),
});
export type ProvedPins = z.infer<typeof provedPinsSchema>;

/** A profile's pins as they are kept beside it, `profiles/pins/<profile>.json`. */
export const pinsFileSchema = z.strictObject({
  v: z.literal(1),
  current: provedPinsSchema,
  /** Newest first: what `update --back` returns to. */
  earlier: z.array(provedPinsSchema),
});
export type PinsFile = z.infer<typeof pinsFileSchema>;

/** One pin as `update` found it. */
export const updatePinSchema = z.object({
  id: z.string(),
  /** Where was looked: the mirror's address where one is set. */
  repository: z.string(),
  from: commit,
  /** null: it could not be seen. */
  to: commit.nullable(),
  state: z.enum(['same', 'moved', 'unseen']),
  /** Release that `to` is, where upstream says so. */
  release: z.string().nullable(),
  /** What git answered where it could not be seen. */
  why: z.string().optional(),
});
export type UpdatePin = z.infer<typeof updatePinSchema>;

/** `update --json`. */
export const updateSchema = z.object({
  v: z.literal(1),
  ok: z.boolean(),
  /** null: no profile was named. */
  profile: z.string().nullable(),
  stack: z.string(),
  pins: z.array(updatePinSchema),
  /** What was done: only looked, nothing had moved, took the new pins, kept the old, went back. */
  did: z.enum(['looked', 'nothing', 'updated', 'kept', 'went-back']),
  /** One sentence. */
  summary: z.string(),
  /** In force after this command. */
  current: provedPinsSchema,
  /** What `--back` would return to; null: nothing. */
  back: provedPinsSchema.nullable(),
  /** The run that built and tested the moved pins. */
  runId: z.string().nullable(),
});
export type UpdateReport = z.infer<typeof updateSchema>;
