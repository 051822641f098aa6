import { z } from 'zod';

/** What can be removed, in the order in which it is offered. Never models, never outputs. */
export const cleanKinds = ['cache', 'images', 'containers', 'runs', 'contexts'] as const;
export type CleanKind = (typeof cleanKinds)[number];

const bytes = z.int().nonnegative();

export const cleanItemSchema = z.object({
  kind: z.enum(cleanKinds),
  /** The engine's id, or a run's or context's folder. */
  id: z.string(),
  /** What made it, or its name. */
  name: z.string(),
  /** What its removal frees at the least; null where nobody says. */
  bytes: bytes.nullable(),
  lastUsedAt: z.iso.datetime().nullable(),
  /** Made by steadydancer. */
  ours: z.boolean(),
  /** What is different without it, one sentence. */
  consequence: z.string(),
});
export type CleanItem = z.infer<typeof cleanItemSchema>;

/** `clean --json`: the list; with `--yes` and kinds also what was done. */
export const cleanSchema = z.object({
  v: z.literal(1),
  ok: z.boolean(),
  items: z.array(cleanItemSchema),
  /** Sum over the items whose size is known. */
  bytes,
  /** Build cache that the last run's retry needs: not offered. */
  keptCacheBytes: bytes,
  /** The engine drops the oldest cache by itself above this; null where it does not say. */
  cacheLimitBytes: bytes.nullable(),
  removed: z.array(z.object({ kind: z.enum(cleanKinds), id: z.string() })),
  /** What the engine or the disk would not let go, and why. */
  failed: z.array(z.object({ kind: z.enum(cleanKinds), id: z.string(), why: z.string() })),
  freedBytes: bytes,
  /** Said when the engine could not be asked. */
  note: z.string().optional(),
});
export type Clean = z.infer<typeof cleanSchema>;
