import type Docker from 'dockerode';
import { z } from 'zod';
import { withTimeLimit } from '../../ports/time-limit.ts';

const record = z.object({
  ID: z.string(),
  /** Up to API 1.41; a list from 1.42 on. */
  Parent: z.string().nullish(),
  Parents: z.array(z.string()).nullish(),
  Description: z.string().nullish(),
  InUse: z.boolean(),
  Shared: z.boolean(),
  Size: z.number(),
  CreatedAt: z.string(),
  LastUsedAt: z.string().nullish(),
});

const image = z.object({
  Id: z.string(),
  RepoTags: z.array(z.string()).nullish(),
  Labels: z.record(z.string(), z.string()).nullish(),
  Created: z.number(),
  Size: z.number(),
  SharedSize: z.number().nullish(),
  Containers: z.number(),
});

const container = z.object({
  Id: z.string(),
  Names: z.array(z.string()).nullish(),
  Labels: z.record(z.string(), z.string()).nullish(),
  State: z.string(),
  Status: z.string(),
  Created: z.number(),
  SizeRw: z.number().nullish(),
});

const usageSchema = z.object({
  BuildCache: z.array(record).nullish(),
  Images: z.array(image).nullish(),
  Containers: z.array(container).nullish(),
});

export type CacheRecord = z.infer<typeof record>;
export type UsedImage = z.infer<typeof image>;
export type UsedContainer = z.infer<typeof container>;
export interface EngineUsage {
  cache: CacheRecord[];
  images: UsedImage[];
  containers: UsedContainer[];
}

/** Walking all layers takes an engine seconds, on a full slow disk a minute. */
const LIMIT_MS = 60_000;

/**
 * What lies on the engine's disk, by GET /system/df (moby api/swagger.yaml). Looks only.
 * @throws NoAnswer after `timeoutMs` (a minute), or what the engine answers
 */
export async function engineUsage(docker: Docker, timeoutMs = LIMIT_MS): Promise<EngineUsage> {
  const ask = docker.df as (options: { abortSignal: AbortSignal }) => Promise<unknown>;
  const answer = await withTimeLimit((abortSignal) => ask.call(docker, { abortSignal }), {
    timeoutMs,
  });
  return usageOf(answer);
}

export function usageOf(answer: unknown): EngineUsage {
  const { BuildCache, Images, Containers } = usageSchema.parse(answer);
  return { cache: BuildCache ?? [], images: Images ?? [], containers: Containers ?? [] };
}
