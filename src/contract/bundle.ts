import { z } from 'zod';

const bytes = z.int().nonnegative();

/** One file of the archive for a bug report. */
export const bundleEntrySchema = z.object({
  name: z.string(),
  /** As it stands in the archive, not compressed. */
  bytes,
  /** What it is, in a few words. */
  what: z.string(),
});
export type BundleEntry = z.infer<typeof bundleEntrySchema>;

/** `bundle --json`: the list; with `--yes` also the file that was written. */
export const bundleSchema = z.object({
  v: z.literal(1),
  ok: z.boolean(),
  /** The run that it tells of; null where there is none yet. */
  runId: z.string().nullable(),
  entries: z.array(bundleEntrySchema),
  /** What would belong to it and is not there, and why. */
  missing: z.array(z.object({ name: z.string(), why: z.string() })),
  file: z.string(),
  written: z.boolean(),
  /** Of the archive; null where it was not written. */
  bytes: bytes.nullable(),
});
export type Bundle = z.infer<typeof bundleSchema>;
