import { z } from 'zod';
import { podStatusSchema } from './deploy.ts';
import { phaseIdSchema } from './ids.ts';

export const containerStatusSchema = z.object({
  id: z.string(),
  name: z.string(),
  state: z.string(),
  image: z.string(),
  role: z.string(),
  profile: z.string().nullable(),
  run: z.string().nullable(),
  url: z.string().nullable(),
});

export const runStatusSchema = z.object({
  id: z.string(),
  dir: z.string(),
  profile: z.string().nullable(),
  recipe: z.string(),
  /** `dead`: its process is gone and it left no result (killed, or the machine went down). */
  state: z.enum(['running', 'finished', 'dead']),
  pid: z.int().positive().nullable(),
  startedAt: z.string(),
  phase: phaseIdSchema.nullable(),
  ok: z.boolean().nullable(),
  summary: z.string(),
});
export type RunStatus = z.infer<typeof runStatusSchema>;

/** `status --json`. `running` is true while a run, one of our containers or a pod runs. */
export const statusSchema = z.object({
  v: z.literal(1),
  running: z.boolean(),
  containers: z.array(containerStatusSchema),
  /** Rented pods that run, or of which it is not known; absent where there are none. */
  pods: z.array(podStatusSchema).optional(),
  /** The run that is going on, else the last one. */
  run: runStatusSchema.optional(),
  /** What a run that was killed left behind, each with what takes it up again or away. */
  leftovers: z.array(z.object({ kind: z.string(), name: z.string(), text: z.string() })),
  /** Said when the engine could not be asked. */
  note: z.string().optional(),
});
export type Status = z.infer<typeof statusSchema>;

const namedContainer = z.object({ id: z.string(), name: z.string() });

/** `stop --json`. */
export const stopSchema = z.object({
  v: z.literal(1),
  ok: z.boolean(),
  stopped: z.array(namedContainer),
  /** Pods that were ended for good; absent where there were none. */
  pods: z.array(podStatusSchema).optional(),
  /** The run that was cancelled, with `--run`. */
  run: z.string().optional(),
});

/** `start --json`. */
export const startSchema = z.object({
  v: z.literal(1),
  ok: z.boolean(),
  url: z.string().nullable(),
  container: namedContainer.nullable(),
});

/** `open --json`. */
export const openSchema = z.object({
  v: z.literal(1),
  ok: z.boolean(),
  url: z.string().nullable(),
  /** A browser was started; false where only the address could be said. */
  opened: z.boolean(),
  /** For one's own computer, when this is an ssh session: makes the address reachable there. */
  forward: z.string().optional(),
});
