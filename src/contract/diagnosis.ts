import { z } from 'zod';

export const fixSchema = z.object({
  label: z.string(),
  /** A complete command for the shell of the person in front. */
  command: z.string().optional(),
  /** Id of a fix that the wizard applies itself (troubleshoot/fixes). */
  applies: z.string().optional(),
  /** Bytes that it makes free, where that is known. */
  freesBytes: z.int().nonnegative().optional(),
  /** Until the run stands again where it stopped, and where the figure comes from. */
  readyAgain: z
    .object({
      minutes: z.object({ low: z.number().nonnegative(), high: z.number().nonnegative() }),
      basis: z.string(),
    })
    .optional(),
});
export type ReadyAgain = NonNullable<z.infer<typeof fixSchema>['readyAgain']>;
export type Fix = z.infer<typeof fixSchema>;

/** What was measured of a full disk, in bytes; each null where nobody could tell. */
export const diskFiguresSchema = z.object({
  /** Its mount point, or `C:`. */
  name: z.string(),
  freeBytes: z.int().nonnegative(),
  totalBytes: z.int().nonnegative(),
  /** What the plan still had to write. */
  neededBytes: z.int().nonnegative().nullable(),
  runBytes: z.int().nonnegative().nullable(),
  plannedBytes: z.int().nonnegative().nullable(),
  otherBytes: z.int().nullable(),
  /** What the plan had left free at its highest. */
  spareBytes: z.int().nullable(),
  /** Fall of free space when the run stopped, bytes a second. */
  bytesPerSecond: z.number(),
  stepsKept: z.int().nonnegative(),
  stepsTotal: z.int().nonnegative(),
  /** The builder drops the oldest cache by itself above this. */
  cacheLimitBytes: z.int().nonnegative().nullable(),
});
export type DiskFigures = z.infer<typeof diskFiguresSchema>;

export const diagnosisSchema = z.object({
  code: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  title: z.string(),
  cause: z.string(),
  /**
   * The proving line: `line` is 1-based in the file as given, `text` that line.
   * A failure that has no log (an errno, an API answer) is its own one-line file.
   */
  evidence: z.object({
    line: z.int().positive(),
    text: z.string(),
    /** Of a run, which has several: the log that the line is in (build.log, container.log). */
    file: z.string().optional(),
  }),
  fixes: z.array(fixSchema),
  confidence: z.number().min(0).max(1),
  /** The figures of a disk that got full, where they were measured. */
  disk: diskFiguresSchema.optional(),
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
