import { z } from 'zod';
import { smokeLevelIdSchema } from './ids.ts';

export const smokeStatuses = ['ok', 'warn', 'fail', 'skip'] as const;

export const smokeLevelSchema = z.object({
  id: smokeLevelIdSchema,
  status: z.enum(smokeStatuses),
  /** What was seen, or why it was skipped: one sentence. */
  detail: z.string(),
  ms: z.number().nonnegative(),
  /** Diagnosis code of a failed level. */
  code: z.string().optional(),
});
export type SmokeLevel = z.infer<typeof smokeLevelSchema>;

export const outputFileSchema = z.object({
  path: z.string(),
  bytes: z.int().nonnegative(),
  mime: z.string(),
});
export type OutputFile = z.infer<typeof outputFileSchema>;

/** `smoke --json`. */
export const smokeReportSchema = z.object({
  v: z.literal(1),
  ok: z.boolean(),
  levels: z.array(smokeLevelSchema),
  outputs: z.array(outputFileSchema),
});
export type SmokeReport = z.infer<typeof smokeReportSchema>;
