import { z } from 'zod';

/**
 * What Runpod's API v2 answers, read leniently: fields come and go (cursors on lists, vCPU counts),
 * and a status that nobody knew yet is a word, not an accident.
 */
export const podAnswerSchema = z.object({
  id: z.string(),
  name: z.string().catch(''),
  /** PROVISIONING, STARTING, RUNNING, EXITED, ERROR, TERMINATED. */
  status: z.string().catch('UNKNOWN'),
  /** USD an hour. */
  cost: z.number().nullish().catch(null),
  dataCenterId: z.string().nullish().catch(null),
  gpu: z.object({ id: z.string().optional() }).nullish().catch(null),
});
export type PodAnswer = z.infer<typeof podAnswerSchema>;
export const podsAnswerSchema = z.object({ pods: z.array(podAnswerSchema) });

const availability = z.string().catch('NONE');
export const catalogGpuSchema = z.object({
  id: z.string(),
  name: z.string().catch(''),
  manufacturer: z.string().catch('UNKNOWN'),
  /** GB, as on the box. */
  memory: z.number().catch(0),
  secure: z.boolean().catch(false),
  community: z.boolean().catch(false),
  price: z
    .object({ secure: z.number().nullish(), community: z.number().nullish() })
    .nullish()
    .catch(null),
  availability,
  dataCenters: z
    .array(z.object({ id: z.string(), availability }))
    .nullish()
    .catch([]),
});
export type CatalogGpu = z.infer<typeof catalogGpuSchema>;
export const gpusAnswerSchema = z.object({ gpus: z.array(catalogGpuSchema) });

export const volumeAnswerSchema = z.object({
  id: z.string(),
  name: z.string().catch(''),
  size: z.number().catch(0),
  dataCenter: z.string().nullish().catch(null),
  dataCenterId: z.string().nullish().catch(null),
});
export type VolumeAnswer = z.infer<typeof volumeAnswerSchema>;

export const templateAnswerSchema = z.object({ id: z.string() });

/** application/problem+json. */
export const problemAnswerSchema = z.object({
  title: z.string().optional().catch(undefined),
  detail: z.string().optional().catch(undefined),
  errors: z.array(z.string()).optional().catch(undefined),
});

/** One `data:` of the log's event stream. */
export const logAnswerSchema = z.object({
  ts: z.string().catch(''),
  source: z.string().catch(''),
  line: z.string(),
});
export type LogAnswer = z.infer<typeof logAnswerSchema>;
