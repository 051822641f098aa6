import type Docker from 'dockerode';
import { z } from 'zod';
import { withTimeLimit } from '../ports/time-limit.ts';

export interface Reclaimable {
  /** Build cache that no build uses now and that shares nothing with an image, bytes. */
  cacheBytes: number;
  cacheRecords: number;
  /** At least this much is in images that no container uses: shared layers count for those in use. */
  imageBytes: number;
  images: number;
}

const usageSchema = z.object({
  LayersSize: z.number().nullish(),
  Images: z.array(z.object({ Size: z.number(), Containers: z.number() })).nullish(),
  BuildCache: z
    .array(z.object({ Size: z.number(), InUse: z.boolean(), Shared: z.boolean() }))
    .nullish(),
});

/**
 * What could be removed from the engine's disk, by GET /system/df (moby api/swagger.yaml). Looks
 * only. The engine walks all its layers for it, seconds on a full disk.
 * @throws NoAnswer after `timeoutMs`, the signal's reason, or what the engine answers
 */
export async function reclaimable(
  docker: Docker,
  limits: { timeoutMs: number; signal?: AbortSignal | undefined },
): Promise<Reclaimable> {
  const ask = docker.df as (options: { abortSignal: AbortSignal }) => Promise<unknown>;
  const answer = await withTimeLimit((abortSignal) => ask.call(docker, { abortSignal }), limits);
  return reclaimableOf(answer);
}

/** The sums over the engine's answer. */
export function reclaimableOf(answer: unknown): Reclaimable {
  const usage = usageSchema.parse(answer);
  const cache = (usage.BuildCache ?? []).filter(({ InUse, Shared }) => !InUse && !Shared);
  const images = usage.Images ?? [];
  const sum = (list: readonly { Size: number }[]) =>
    list.reduce((bytes, { Size }) => bytes + Size, 0);
  const used = images.filter(({ Containers }) => Containers > 0);
  return {
    cacheBytes: sum(cache),
    cacheRecords: cache.length,
    imageBytes: Math.max(0, (usage.LayersSize ?? 0) - sum(used)),
    images: images.length - used.length,
  };
}
