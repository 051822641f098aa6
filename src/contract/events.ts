import { z } from 'zod';
import { diagnosisSchema } from './diagnosis.ts';
import { diskPlaceSchema, phaseIdSchema } from './ids.ts';
import { modelStates } from './models.ts';
import { resultBodySchema } from './result.ts';
import { smokeLevelSchema } from './smoke.ts';

/** Version of the event lines; raised only when a reader of the old ones would be misled. */
export const EVENTS_VERSION = 1;

const bytes = z.int().nonnegative();

/**
 * Who made the free space of a filesystem fall since the run began. Absent where nobody can tell
 * (no engine, an engine elsewhere, a store whose growth is not told).
 */
export const writtenSchema = z.object({
  /** When the run began to look. */
  since: z.iso.datetime(),
  /** What this run wrote: growth of the engine's images and build cache, downloads. */
  runBytes: bytes,
  /** Written since the last step ended: the engine tells its size only when the step is done. */
  openBytes: bytes,
  /** What other programs wrote, told at the end of the last step; negative: they made room. */
  otherBytes: z.int(),
  /** The most that the plan said this run would write here; null where it could not say. */
  plannedBytes: bytes.nullable(),
});
export type Written = z.infer<typeof writtenSchema>;

/** The bodies, without `v` and `at`, which the journal adds when it writes a line. */
export const eventBodySchemas = {
  'run.started': z.object({
    type: z.literal('run.started'),
    runId: z.string(),
    planDigest: z.string(),
    profile: z.string().nullable(),
    recipe: z.string(),
    /** The run that this one tries again, and the number of the try. */
    continues: z.object({ runId: z.string(), attempt: z.int().min(2) }).optional(),
  }),
  'phase.started': z.object({ type: z.literal('phase.started'), phase: phaseIdSchema }),
  'phase.finished': z.object({
    type: z.literal('phase.finished'),
    phase: phaseIdSchema,
    ok: z.boolean(),
    ms: z.number().nonnegative(),
    /** True: nothing had to be done; what was asked is there and was verified. */
    satisfied: z.boolean().optional(),
  }),
  'build.vertex': z.object({
    type: z.literal('build.vertex'),
    /** Digest of the vertex; stable within one build. */
    id: z.string(),
    name: z.string(),
    state: z.enum(['waiting', 'running', 'done', 'failed', 'canceled']),
    cached: z.boolean(),
    /** By BuildKit's clock. */
    ms: z.number().nonnegative().optional(),
    error: z.string().optional(),
  }),
  'build.progress': z.object({
    type: z.literal('build.progress'),
    vertex: z.string(),
    id: z.string(),
    current: z.number().nonnegative(),
    /** 0 where BuildKit does not know it. */
    total: z.number().nonnegative(),
  }),
  'build.log': z.object({
    type: z.literal('build.log'),
    vertex: z.string(),
    /** 1 stdout, 2 stderr. */
    stream: z.union([z.literal(1), z.literal(2)]),
    /** One line, sanitised, without its line end. */
    text: z.string(),
  }),
  'build.warning': z.object({
    type: z.literal('build.warning'),
    vertex: z.string(),
    text: z.string(),
    detail: z.array(z.string()).optional(),
    url: z.string().optional(),
  }),
  model: z.object({
    type: z.literal('model'),
    file: z.string(),
    state: z.enum(modelStates),
    bytes,
    totalBytes: bytes.nullable(),
    bytesPerSecond: z.number().nonnegative(),
  }),
  disk: z.object({
    type: z.literal('disk'),
    place: diskPlaceSchema,
    /** Of its filesystem, as a person knows it: the mount point, or `C:`. Places that share it share the name. */
    name: z.string().optional(),
    freeBytes: bytes,
    totalBytes: bytes,
    /** Fall of free space; negative when space is being freed. */
    bytesPerSecond: z.number(),
    fullInSeconds: z.number().nonnegative().optional(),
    /** At this much free the work that writes here stops itself; absent while nothing does. */
    stopsAtBytes: bytes.optional(),
    /** True while downloads wait so that a build beside them has the space. */
    downloadsPaused: z.boolean().optional(),
    written: writtenSchema.optional(),
  }),
  gpu: z.object({
    type: z.literal('gpu'),
    index: z.int().nonnegative(),
    name: z.string(),
    memoryTotalBytes: bytes.nullable(),
    memoryUsedBytes: bytes.nullable(),
    utilizationPercent: z.number().nullable().optional(),
  }),
  container: z.object({
    type: z.literal('container'),
    state: z.enum(['created', 'started', 'ready', 'reused', 'exited', 'stopped', 'removed']),
    id: z.string(),
    name: z.string(),
  }),
  'smoke.level': smokeLevelSchema.extend({ type: z.literal('smoke.level') }),
  'smoke.progress': z.object({
    type: z.literal('smoke.progress'),
    /** What is being done, in words. */
    text: z.string(),
    node: z.string().optional(),
    value: z.number().optional(),
    max: z.number().optional(),
  }),
  fallback: z.object({
    type: z.literal('fallback'),
    what: z.string(),
    from: z.string(),
    to: z.string(),
    why: z.string(),
  }),
  question: z.object({
    type: z.literal('question'),
    id: z.string(),
    text: z.string(),
    options: z.array(z.object({ id: z.string(), label: z.string() })).min(1),
    /** The flag that answers it, where `--yes` does not. */
    flag: z.string().optional(),
    /** What `--yes` answers; null: only its own flag can. */
    unattended: z.string().nullable(),
  }),
  answer: z.object({
    type: z.literal('answer'),
    id: z.string(),
    answer: z.string(),
    by: z.enum(['person', 'yes', 'flag']),
  }),
  diagnosis: z.object({ type: z.literal('diagnosis'), diagnosis: diagnosisSchema }),
  note: z.object({
    type: z.literal('note'),
    level: z.enum(['info', 'warn']),
    text: z.string(),
  }),
  result: resultBodySchema.extend({ type: z.literal('result') }),
} as const;

export const eventTypes = Object.keys(eventBodySchemas) as (keyof typeof eventBodySchemas)[];

type Bodies = { [K in keyof typeof eventBodySchemas]: z.infer<(typeof eventBodySchemas)[K]> };
/** An event before it is written. */
export type EventBody = Bodies[keyof Bodies];
export type EventType = EventBody['type'];
export type EventOf<T extends EventType> = Extract<EventBody, { type: T }> & EventEnvelope;

export interface EventEnvelope {
  v: typeof EVENTS_VERSION;
  /** ISO-8601. */
  at: string;
}
export type Event = EventBody & EventEnvelope;

const envelope = { v: z.literal(EVENTS_VERSION), at: z.iso.datetime() };
const s = eventBodySchemas;

/** One line of `run --json` and of `events.ndjson`. */
export const eventSchema = z.discriminatedUnion('type', [
  s['run.started'].extend(envelope),
  s['phase.started'].extend(envelope),
  s['phase.finished'].extend(envelope),
  s['build.vertex'].extend(envelope),
  s['build.progress'].extend(envelope),
  s['build.log'].extend(envelope),
  s['build.warning'].extend(envelope),
  s.model.extend(envelope),
  s.disk.extend(envelope),
  s.gpu.extend(envelope),
  s.container.extend(envelope),
  s['smoke.level'].extend(envelope),
  s['smoke.progress'].extend(envelope),
  s.fallback.extend(envelope),
  s.question.extend(envelope),
  s.answer.extend(envelope),
  s.diagnosis.extend(envelope),
  s.note.extend(envelope),
  s.result.extend(envelope),
]);

/** Where a part of the engine reports what happens. */
export type Emit = (event: EventBody) => void;
