import { z } from 'zod';

export const fixSchema = z.object({
  label: z.string(),
  /** A complete command for the shell of the person in front. */
  command: z.string().optional(),
  /** Id of a fix that the wizard applies itself (troubleshoot/fixes). */
  applies: z.string().optional(),
});
export type Fix = z.infer<typeof fixSchema>;

export const diagnosisSchema = z.object({
  code: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  title: z.string(),
  cause: z.string(),
  /**
   * The proving line: `line` is 1-based in the file as given, `text` that line.
   * A failure that has no log (an errno, an API answer) is its own one-line file.
   */
  evidence: z.object({ line: z.int().positive(), text: z.string() }),
  fixes: z.array(fixSchema),
  confidence: z.number().min(0).max(1),
});
export type Diagnosis = z.infer<typeof diagnosisSchema>;

/** `diagnose --json`. */
export const diagnoseSchema = z.object({ v: z.literal(1), diagnoses: z.array(diagnosisSchema) });

/** `diagnose --codes --json`. */
export const diagnosisCodesSchema = z.object({
  v: z.literal(1),
  codes: z.array(
    z.object({
      code: z.string(),
      title: z.string(),
      phase: z.string().nullable(),
    }),
  ),
});
