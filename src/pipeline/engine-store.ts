import type Docker from 'dockerode';
import { z } from 'zod';
import { withTimeLimit } from '../ports/time-limit.ts';

const usageSchema = z.object({
  LayersSize: z.number().nullish(),
  BuildCache: z.array(z.object({ Size: z.number(), Shared: z.boolean() })).nullish(),
});

/**
 * Bytes of the engine's images and build cache together (GET /system/df, moby api/swagger.yaml), so
 * that a step of which an export makes a layer counts once. Null where the engine does not say in
 * time. A step that runs has size 0 until it is done (seen with 20.10). Other builds on the same
 * engine count too: nothing in a record says whose it is.
 */
export async function storeBytes(docker: Docker, timeoutMs = 8_000): Promise<number | null> {
  const ask = docker.df as (options: { abortSignal: AbortSignal }) => Promise<unknown>;
  try {
    const answer = await withTimeLimit((abortSignal) => ask.call(docker, { abortSignal }), {
      timeoutMs,
    });
    return storeBytesOf(answer);
  } catch {
    return null;
  }
}

/** The sum over the engine's answer. */
export function storeBytesOf(answer: unknown): number {
  const { LayersSize, BuildCache } = usageSchema.parse(answer);
  return (BuildCache ?? [])
    .filter(({ Shared }) => !Shared)
    .reduce((bytes, { Size }) => bytes + Size, LayersSize ?? 0);
}
