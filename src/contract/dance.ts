import { z } from 'zod';
import { outputFileSchema } from './smoke.ts';

/** One photo with one clip. */
export const danceItemSchema = z.object({
  photo: z.string(),
  clip: z.string(),
  ok: z.boolean(),
  /** Null until the server has taken it. */
  promptId: z.string().nullable(),
  /** Seconds that the server rendered; null when it did not come to an end. */
  seconds: z.number().nonnegative().nullable(),
  width: z.int().positive(),
  height: z.int().positive(),
  frames: z.int().positive(),
  seed: z.int().nonnegative(),
  output: outputFileSchema.nullable(),
  /** Why there is no film; the others of a queue are danced all the same. */
  error: z.object({ code: z.string(), text: z.string() }).optional(),
});
export type DanceItem = z.infer<typeof danceItemSchema>;

/** `dance --json`. */
export const danceSchema = z.object({
  v: z.literal(1),
  ok: z.boolean(),
  /** True: a stand-in drew a figure; no model was at work. Null: it did not come to a server. */
  rehearsal: z.boolean().nullable(),
  url: z.string().nullable(),
  outputs: z.array(outputFileSchema),
  dances: z.array(danceItemSchema),
  /** What stopped it. */
  error: z.object({ code: z.string(), text: z.string() }).optional(),
});
export type DanceReport = z.infer<typeof danceSchema>;
