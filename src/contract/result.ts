import { z } from 'zod';
import { podStatusSchema } from './deploy.ts';
import { diagnosisSchema } from './diagnosis.ts';
import { phaseIdSchema } from './ids.ts';
import { outputFileSchema, smokeLevelSchema } from './smoke.ts';

/** The body of the last line of `run --json`: the whole message for a chat or a job page. */
export const resultBodySchema = z.object({
  ok: z.boolean(),
  exitCode: z.int().min(0).max(255),
  /** The phase that failed. */
  phase: phaseIdSchema.optional(),
  runId: z.string().nullable(),
  runDir: z.string().nullable(),
  planDigest: z.string().nullable(),
  /** One sentence. */
  summary: z.string(),
  image: z
    .object({ ref: z.string(), id: z.string(), bytes: z.int().nonnegative().nullable() })
    .nullable(),
  container: z.object({ id: z.string(), name: z.string(), state: z.string() }).nullable(),
  url: z.string().nullable(),
  /** What was asked for and what was built; they differ after a fallback. */
  asked: z.record(z.string(), z.unknown()),
  built: z.record(z.string(), z.unknown()),
  phases: z.array(
    z.object({
      id: phaseIdSchema,
      ok: z.boolean(),
      ms: z.number().nonnegative(),
      satisfied: z.boolean().optional(),
    }),
  ),
  smoke: z.array(smokeLevelSchema),
  outputs: z.array(outputFileSchema),
  diagnoses: z.array(diagnosisSchema),
  /** Tags that were pushed, each with the digest of its manifest; absent where none was. */
  /** Rented pods that still run and cost; absent where none was rented. */
  pods: z.array(podStatusSchema).optional(),
  pushed: z.array(z.object({ ref: z.string(), digest: z.string() })).optional(),
});
export type ResultBody = z.infer<typeof resultBodySchema>;
