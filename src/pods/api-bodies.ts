import { z } from 'zod';

/**
 * What is sent to Runpod's API v2 (runpod/docs api-reference-v2/openapi.json, v2.0.0). Its bodies
 * have `additionalProperties: false`: a key that it does not know is refused with 422, so ours are
 * strict too.
 */
export const clouds = ['SECURE', 'COMMUNITY'] as const;
export type Cloud = (typeof clouds)[number];

const version = z.string().regex(/^\d+\.\d+$/);
const env = z.record(z.string(), z.string());
/** `8188/http`. */
const ports = z.array(z.string().regex(/^\d+\/(?:http|tcp)$/));

export const podBodySchema = z.strictObject({
  name: z.string().min(1).max(191),
  image: z.string().min(1),
  /** GB of the container's own disk. */
  disk: z.int().min(1),
  env,
  ports,
  cloud: z.enum(clouds),
  /** Left out: the scheduler picks. */
  dataCenterIds: z.array(z.string()).optional(),
  /** One type a call. */
  gpu: z.strictObject({
    id: z.string(),
    count: z.int().min(1),
    minCudaVersion: version.optional(),
  }),
  mounts: z
    .strictObject({
      network: z.array(z.strictObject({ volumeId: z.string(), path: z.string() })).length(1),
    })
    .optional(),
  /** Id of a credential that Runpod has for the image's registry. */
  registry: z.string().optional(),
});
export type PodBody = z.infer<typeof podBodySchema>;

export const volumeBodySchema = z.strictObject({
  name: z.string().min(1),
  /** GB. */
  size: z.int().min(10).max(4096),
  dataCenter: z.string().min(1),
});
export type VolumeBody = z.infer<typeof volumeBodySchema>;

export const templateBodySchema = z.strictObject({
  name: z.string().min(1),
  image: z.string().min(1),
  disk: z.int().min(1),
  env,
  ports,
  category: z.literal('NVIDIA'),
  public: z.literal(false),
  serverless: z.literal(false),
  /** Both are true where they are left out. */
  startJupyter: z.literal(false),
  startSsh: z.literal(false),
  registry: z.string().optional(),
});
export type TemplateBody = z.infer<typeof templateBodySchema>;
