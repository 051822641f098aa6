import { z } from 'zod';
import { choicesSchema } from '../contract/choices.ts';
import { phaseIdSchema } from '../contract/ids.ts';
import { pinsSchema } from '../contract/update.ts';

/** What a run was asked to do: written by the front-end, read once by the run's process. */
export const runRequestSchema = z.object({
  v: z.literal(1),
  runId: z.string(),
  profile: z.string().nullable(),
  choices: choicesSchema,
  /** Pins of this run alone, which `update` wants to prove; absent: those of the profile. */
  pins: pinsSchema.nullable().optional(),
  /** Folder that relative paths in the choices start from. */
  cwd: z.string(),
  /**
   * Who answers questions: `yes` takes the written defaults, `person` waits for an answer over the
   * control socket, `nobody` ends the run with exit code 18.
   */
  answers: z.enum(['yes', 'person', 'nobody']),
  until: phaseIdSchema.optional(),
  from: phaseIdSchema.optional(),
  stopAfter: z.boolean().default(false),
  noCache: z.boolean().default(false),
  pull: z.boolean().default(false),
  builder: z.enum(['buildx', 'engine']).optional(),
  /** Minutes to wait for a busy GPU; 0 fails at once. */
  waitMinutes: z.number().nonnegative().default(0),
  /** Install and start an engine where none is: root rights, so only by its own flag. */
  installDocker: z.boolean().default(false),
  /** The person agreed to publish beyond loopback. */
  exposeConfirmed: z.boolean().default(false),
  /** `REGISTRY/NAME:TAG` that the image is pushed to; absent: it is not pushed. */
  pushTo: z.string().optional(),
  /** Tag of the same repository that is moved to the image after it passed its test. */
  promote: z.string().optional(),
  /** USD an hour that were agreed to for a pod with the pushed image; absent: none is rented. */
  pay: z.number().positive().optional(),
  /** USD in all. */
  payLimit: z.number().positive().optional(),
  /** The pod goes on after its test, with costs. */
  keepPod: z.boolean().default(false),
  /** Layers over the registry's limit are tried all the same. */
  largeLayers: z.boolean().default(false),
  /** The run that this one tries again after a fix. */
  continues: z.object({ runId: z.string(), attempt: z.int().min(2) }).optional(),
});
export type RunRequest = z.infer<typeof runRequestSchema>;
