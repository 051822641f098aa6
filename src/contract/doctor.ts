import { z } from 'zod';
import { fixSchema } from './diagnosis.ts';

export const checkStatuses = ['ok', 'warn', 'fail', 'skip'] as const;

export const checkResultSchema = z.object({
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  title: z.string(),
  status: z.enum(checkStatuses),
  detail: z.string(),
  fix: fixSchema.optional(),
});
export type CheckResult = z.infer<typeof checkResultSchema>;

/** `doctor --json`. */
export const doctorSchema = z.object({ v: z.literal(1), checks: z.array(checkResultSchema) });
export type DoctorReport = z.infer<typeof doctorSchema>;
