import { z } from 'zod';
import { diagnosisSchema } from './diagnosis.ts';
import { outputFileSchema, smokeLevelSchema } from './smoke.ts';

const usd = z.number().nonnegative();

/** A pod of ours. */
export const podStatusSchema = z.object({
  /** Null: asked for, and no answer came; it is looked for by its name. */
  id: z.string().nullable(),
  name: z.string(),
  gpu: z.string().nullable(),
  costPerHour: usd.nullable(),
  /** By price and clock since it was made. */
  costUsd: usd,
  url: z.string().nullable(),
  createdAt: z.string(),
  /** Runpod's word, `ended`, or why it is not known. */
  state: z.string(),
});
export type PodStatus = z.infer<typeof podStatusSchema>;

const volume = z.object({
  id: z.string().nullable(),
  sizeGb: z.number().nonnegative(),
  /** USD, until it is deleted. */
  pricePerMonth: usd,
  dataCenter: z.string().nullable(),
});

/** `deploy --json`: what would be rented, and with `--pay` what came of it. */
export const deploySchema = z.object({
  v: z.literal(1),
  ok: z.boolean(),
  exitCode: z.int().min(0).max(255),
  /** One sentence. */
  summary: z.string(),
  /** False: only the plan was made; nothing costs anything. */
  paid: z.boolean(),
  image: z.string(),
  cloud: z.enum(['SECURE', 'COMMUNITY']),
  minCudaVersion: z.string().nullable(),
  memoryGb: z.number().nonnegative(),
  diskGb: z.int().positive(),
  /** In the order in which they are tried. */
  candidates: z.array(
    z.object({
      id: z.string(),
      memoryGb: z.number(),
      pricePerHour: usd,
      availability: z.string(),
      dataCenters: z.array(z.string()),
    }),
  ),
  /** The network volume that is used. */
  volume: volume.nullable(),
  /** One that would keep the models between pods. */
  proposedVolume: volume.nullable(),
  attempts: z.array(z.object({ gpu: z.string(), outcome: z.string(), detail: z.string() })),
  pod: podStatusSchema.nullable(),
  costUsd: usd,
  /** What still runs and costs when this is said. */
  running: z.array(podStatusSchema),
  /** What ends it. */
  stop: z.array(z.string()),
  smoke: z.array(smokeLevelSchema),
  outputs: z.array(outputFileSchema),
  diagnoses: z.array(diagnosisSchema),
});
export type DeployReport = z.infer<typeof deploySchema>;
