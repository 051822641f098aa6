import { z } from 'zod';

export const modelStates = [
  'waiting',
  'resolving',
  'downloading',
  'paused',
  'verifying',
  'present',
  'reused',
  'done',
  'missing',
  'mismatch',
  'failed',
] as const;

/** Last line of `models pull|verify|list --json`, after the `model` events. */
export const modelsReportSchema = z.object({
  v: z.literal(1),
  ok: z.boolean(),
  files: z.array(
    z.object({
      file: z.string(),
      state: z.enum(modelStates),
      bytes: z.int().nonnegative().nullable(),
      sha256: z.string().nullable(),
    }),
  ),
});
export type ModelsReport = z.infer<typeof modelsReportSchema>;
