import { z } from 'zod';

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** `push --json`. */
export const pushSchema = z.object({
  v: z.literal(1),
  ok: z.literal(true),
  image: z.object({ ref: z.string(), id: z.string() }),
  /** What was pushed, each tag with the manifest's digest. */
  pushed: z.array(
    z.object({
      ref: z.string(),
      digest,
      layers: z.object({ sent: z.int().nonnegative(), present: z.int().nonnegative() }),
      ms: z.number().nonnegative(),
    }),
  ),
  /** The tag that was moved after the test, and the run that tested the image. */
  promoted: z.object({ ref: z.string(), run: z.string() }).nullable(),
  /** Before compression: the most that can be sent. */
  bytes: z.int().nonnegative(),
  largestLayerBytes: z.int().nonnegative(),
});
export type PushReport = z.infer<typeof pushSchema>;
