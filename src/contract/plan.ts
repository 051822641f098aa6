import { z } from 'zod';
import { choicesSchema } from './choices.ts';
import { diskPlaceSchema } from './ids.ts';

export const plannedModelSchema = z.object({
  id: z.string().optional(),
  file: z.string(),
  /** Known size; null until the hub was asked. */
  bytes: z.int().nonnegative().nullable(),
  estimatedBytes: z.int().nonnegative(),
  sha256: z.string().nullable(),
  url: z.string(),
  present: z.boolean(),
});
export type PlannedModel = z.infer<typeof plannedModelSchema>;

export const plannedDiskSchema = z.object({
  place: diskPlaceSchema,
  path: z.string().optional(),
  /** null: it could not be seen. */
  freeBytes: z.int().nonnegative().nullable(),
  peakBytes: z.int().nonnegative(),
  finalBytes: z.int().nonnegative(),
});
export type PlannedDisk = z.infer<typeof plannedDiskSchema>;

export const warningSchema = z.object({ code: z.string(), text: z.string() });
export type PlanWarning = z.infer<typeof warningSchema>;

/** A commit that `update` proved, in place of the shipped one. */
export const plannedPinSchema = z.object({
  id: z.string(),
  shipped: z.string(),
  commit: z.string(),
});
export type PlannedPin = z.infer<typeof plannedPinSchema>;

/** `plan --json`. */
export const planSchema = z.object({
  v: z.literal(1),
  choices: choicesSchema,
  /** Id of a row of stacks.json; null where the recipe needs none. */
  stack: z.string().nullable(),
  image: z.object({ ref: z.string() }),
  args: z.record(z.string(), z.string()),
  /** Absent where everything is built as shipped. */
  pins: z.array(plannedPinSchema).optional(),
  models: z.array(plannedModelSchema),
  /** Still missing, in bytes. */
  downloadBytes: z.int().nonnegative(),
  disk: z.array(plannedDiskSchema),
  minutes: z.object({ low: z.number().nonnegative(), high: z.number().nonnegative() }),
  commands: z.array(z.string()),
  warnings: z.array(warningSchema),
  planDigest: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Plan = z.infer<typeof planSchema>;
