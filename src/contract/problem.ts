import { z } from 'zod';
import { diagnosisSchema } from './diagnosis.ts';

/**
 * What a command with `--json` prints instead of its document when it could not do its work: an
 * option that it does not take, no engine, a bug. `run`, `attach` and `logs` print events instead.
 */
export const problemSchema = z.object({
  v: z.literal(1),
  ok: z.literal(false),
  exitCode: z.int(),
  /** One sentence. */
  summary: z.string(),
  diagnoses: z.array(diagnosisSchema),
});
