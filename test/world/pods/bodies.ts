import { z } from 'zod';

/** What Runpod's API v2 takes (runpod/docs api-reference-v2/openapi.json): an unknown key is refused. */
const env = z.record(z.string(), z.string());
export const createPodBody = z.strictObject({
  name: z.string(),
  image: z.string().optional(),
  args: z.string().optional(),
  disk: z.number().int().min(1).optional(),
  env: env.optional(),
  ports: z.array(z.string()).optional(),
  registry: z.string().nullable().optional(),
  cloud: z.enum(['SECURE', 'COMMUNITY']).optional(),
  dataCenterIds: z.array(z.string()).optional(),
  globalNetworking: z.boolean().optional(),
  gpu: z
    .strictObject({
      id: z.string(),
      count: z.number().int().min(1).optional(),
      allowedCudaVersions: z.array(z.string()).optional(),
      minCudaVersion: z.string().optional(),
    })
    .optional(),
  mounts: z
    .strictObject({
      persistent: z.strictObject({ size: z.number().min(10), path: z.string() }).optional(),
      network: z
        .array(z.strictObject({ volumeId: z.string(), path: z.string() }))
        .max(1)
        .optional(),
    })
    .optional(),
  startSsh: z.boolean().optional(),
  startJupyter: z.boolean().optional(),
  templateId: z.string().optional(),
});

export const createVolumeBody = z.strictObject({
  name: z.string(),
  size: z.number().min(10).max(4096),
  dataCenter: z.string(),
  type: z.enum(['STANDARD', 'HIGH_PERFORMANCE']).optional(),
});

export const createTemplateBody = z.strictObject({
  name: z.string(),
  image: z.string(),
  args: z.string().optional(),
  disk: z.number().optional(),
  env: env.optional(),
  ports: z.array(z.string()).optional(),
  registry: z.string().nullable().optional(),
  mounts: z.strictObject({ persistent: z.unknown() }).optional(),
  allowedCudaVersions: z.array(z.string()).optional(),
  category: z.enum(['NVIDIA', 'AMD', 'CPU']).optional(),
  public: z.boolean().optional(),
  serverless: z.boolean().optional(),
  startJupyter: z.boolean().optional(),
  startSsh: z.boolean().optional(),
});

/** The catalogue, in the form of GET /v2/catalog/gpus; prices are made up. */
export const GPUS = [
  gpu('NVIDIA GeForce RTX 4090', 24, 0.69, 0.34),
  gpu('NVIDIA RTX A4000', 16, 0.25, 0.17),
  gpu('NVIDIA L40S', 48, 0.86, 0.79),
  gpu('NVIDIA A100 80GB PCIe', 80, 1.64, 1.19),
  { ...gpu('NVIDIA GeForce RTX 3090', 24, 0.46, 0.22), availability: 'NONE', dataCenters: [] },
  { ...gpu('AMD Instinct MI300X OAM', 192, 2.69, null), manufacturer: 'AMD' },
];

function gpu(id: string, memory: number, secure: number, community: number | null) {
  return {
    ...{ id, name: id.replace('NVIDIA ', ''), pool: null, manufacturer: 'NVIDIA', memory },
    ...{ secure: true, community: community !== null, price: { secure, community } },
    ...{ maxCount: { secure: 8, community: 4 }, availability: 'HIGH', fieldOfTomorrow: { a: 1 } },
    dataCenters: [{ id: 'EU-RO-1', name: 'EU-RO-1', availability: 'HIGH' }],
  };
}
