import { z } from 'zod';
import { fixSchema } from '../../contract/diagnosis.ts';
import { eventBodySchemas } from '../../contract/events.ts';
import { type ExitCode, exitCodes } from '../../contract/exit-codes.ts';
import type { FailureDetails } from '../../contract/failure.ts';
import { modelStates } from '../../contract/models.ts';

/** Where the models are in the sidecar's container. */
export const SIDECAR_FOLDER = '/models';

const count = z.int().nonnegative();
const wantedSchema = z.object({
  id: z.string(),
  file: z.string(),
  origin: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('hub'),
      repo: z.string(),
      revision: z.string(),
      path: z.string(),
      match: z.string().exactOptional(),
    }),
    z.object({ kind: z.literal('url'), url: z.string() }),
  ]),
  bytes: count.nullable(),
  sha256: z.string().nullable(),
});

const servedSchema = z.object({
  repo: z.string(),
  path: z.string(),
  local: z.string(),
  bytes: count,
  sha256: z.string(),
});

/** The first line on the sidecar's stdin: what it is to do. Only this way does a token reach it. */
export const orderSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('pull'),
    models: z.array(wantedSchema),
    access: z.object({
      endpoint: z.string(),
      token: z.string().nullable(),
      tokenToMirror: z.boolean(),
    }),
    /** Of DownloadLimits, what differs from the defaults. */
    limits: z.record(z.string(), z.number().nullable()),
    replace: z.boolean(),
    /** HTTP_PROXY and the like, as in an environment. */
    proxies: z.record(z.string(), z.string()),
    /** More certificate authorities, PEM. */
    authorities: z.array(z.string()),
  }),
  z.object({ kind: z.literal('verify'), models: z.array(wantedSchema), thorough: z.boolean() }),
  z.object({ kind: z.literal('removable'), files: z.array(z.string()) }),
  z.object({ kind: z.literal('remove'), files: z.array(z.string()) }),
  z.object({ kind: z.literal('serve'), models: z.array(servedSchema), port: z.int() }),
  /** Lets everybody write into the folders of the volume; needs root in the container. */
  z.object({ kind: z.literal('open') }),
]);
export type Order = z.infer<typeof orderSchema>;

/** Later lines on its stdin. That it is closed means `stop` too: whoever gave the order is gone. */
export const commands = ['pause', 'resume', 'stop'] as const;
export type Command = (typeof commands)[number];

const failureSchema = z.object({
  code: z.string(),
  sentence: z.string(),
  proof: z.string().exactOptional(),
  cause: z.string().exactOptional(),
  fixes: z.array(fixSchema).exactOptional(),
  exitCode: z
    .number()
    .refine((code): code is ExitCode => Object.values(exitCodes).includes(code as ExitCode))
    .exactOptional(),
}) satisfies z.ZodType<FailureDetails>;

const outcomeSchema = z.object({
  id: z.string(),
  file: z.string(),
  state: z.enum(modelStates),
  bytes: count.nullable(),
  sha256: z.string().nullable(),
  failure: failureSchema.nullable(),
});

/** Lines on its stdout. All but `event` and `serving` are the last one. */
export const wordSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('event'),
    event: z.discriminatedUnion('type', [eventBodySchemas.model, eventBodySchemas.note]),
  }),
  z.object({ kind: z.literal('serving') }),
  z.object({ kind: z.literal('files'), files: z.array(outcomeSchema) }),
  z.object({
    kind: z.literal('removable'),
    list: z.array(z.object({ file: z.string(), paths: z.array(z.string()), bytes: count })),
  }),
  z.object({ kind: z.literal('done') }),
  z.object({ kind: z.literal('stopped') }),
  z.object({ kind: z.literal('failed'), failure: failureSchema }),
  z.object({ kind: z.literal('bug'), message: z.string() }),
]);
export type Word = z.infer<typeof wordSchema>;
