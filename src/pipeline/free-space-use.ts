import type Docker from 'dockerode';
import { z } from 'zod';
import type { EventBody } from '../contract/events.ts';
import { withTimeLimit } from '../ports/time-limit.ts';

/** Bytes that the downloads of a run have written, told by its own `model` events. */
export class DownloadedBytes {
  readonly #files = new Map<string, { first: number; last: number }>();

  see(event: EventBody): void {
    if (event.type !== 'model' || event.state !== 'downloading') return;
    const known = this.#files.get(event.file);
    // What was there when the file was first heard of is of an earlier run.
    if (known) known.last = Math.max(known.last, event.bytes);
    else this.#files.set(event.file, { first: event.bytes, last: event.bytes });
  }

  get bytes(): number {
    let sum = 0;
    for (const { first, last } of this.#files.values()) sum += last - first;
    return sum;
  }
}

const usageSchema = z.object({
  BuildCache: z.array(z.object({ Size: z.number(), CreatedAt: z.string() })).nullish(),
});

/**
 * Bytes that builds have put on the engine's disk since a moment: its build cache records that are
 * younger (GET /system/df, moby api/swagger.yaml). Null where the engine does not say in time. Other
 * builds on the same engine count too: nothing in a record says whose it is.
 */
export async function builtBytesSince(
  docker: Docker,
  since: Date,
  timeoutMs = 8_000,
): Promise<number | null> {
  const ask = docker.df as (options: { abortSignal: AbortSignal }) => Promise<unknown>;
  try {
    const answer = await withTimeLimit((abortSignal) => ask.call(docker, { abortSignal }), {
      timeoutMs,
    });
    const { BuildCache } = usageSchema.parse(answer);
    return (BuildCache ?? [])
      .filter(({ CreatedAt }) => Date.parse(CreatedAt) >= since.getTime())
      .reduce((bytes, { Size }) => bytes + Size, 0);
  } catch {
    return null;
  }
}

export interface Shares {
  /** This run's writes, bytes. */
  runBytes: number;
  /** What other programs wrote (negative: they made room). */
  otherBytes: number;
}

/**
 * Splits the fall of free space from `startBytes` to `endBytes`. What is still missing at
 * `settledBytes`, when the stopped work was given back, and is not what this run keeps (`keptBytes`),
 * is of others. Null where the start is not known.
 */
export function sharesOf(
  startBytes: number | null,
  endBytes: number,
  settledBytes: number,
  keptBytes: number,
): Shares | null {
  if (startBytes === null) return null;
  const otherBytes = startBytes - settledBytes - keptBytes;
  return { runBytes: Math.max(0, startBytes - endBytes - Math.max(0, otherBytes)), otherBytes };
}
