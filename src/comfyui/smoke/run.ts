import { randomUUID } from 'node:crypto';
import type { Emit } from '../../contract/events.ts';
import { Failure } from '../../contract/failure.ts';
import { type SmokeLevelId, smokeLevelIds } from '../../contract/ids.ts';
import type { OutputFile, SmokeLevel } from '../../contract/smoke.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ComfyClient } from '../client.ts';
import type { Graph } from '../graph.ts';
import type { ImportFailure } from '../import-failures.ts';
import type { AttentionAsked } from './attention.ts';
import type {
  FileExpectation,
  GpuExpectation,
  KernelTrial,
  LevelVerdict,
  SmokeContext,
  SmokeLevelDefinition,
} from './context.ts';
import { smokeFailure } from './context.ts';
import { file } from './file.ts';
import { gpu } from './gpu.ts';
import { models } from './models.ts';
import { nodes } from './nodes.ts';
import { reachable } from './reachable.ts';
import { render } from './render.ts';
import { workflow } from './workflow.ts';

const definitions: Record<SmokeLevelId, SmokeLevelDefinition> = {
  reachable,
  gpu,
  nodes,
  models,
  workflow,
  render,
  file,
};

const OVER_HTTP: KernelTrial = {
  kind: 'not-tried',
  why: 'over HTTP no server can be asked to; the render shows whether they work',
};

export interface SmokeOptions {
  client: ComfyClient;
  graph: Graph;
  /** Which levels; all by default. Levels that are left out count as passed earlier. */
  levels?: readonly SmokeLevelId[];
  gpuExpected: GpuExpectation;
  /** By default not tried: over HTTP a server cannot be asked to. */
  kernels?: KernelTrial;
  fileExpected?: FileExpectation;
  importFailures?: ImportFailure[];
  attention?: AttentionAsked;
  /** Where the produced files go; made when there is something to save. */
  outDir: string;
  /** Gets `smoke.level` as each level ends and `smoke.progress` while rendering. */
  emit: Emit;
  signal: AbortSignal;
  clock: Clock;
  /** Milliseconds, for levels whose own limit does not fit. */
  deadlines?: Partial<Record<SmokeLevelId, number>>;
}

export interface SmokeOutcome {
  ok: boolean;
  levels: SmokeLevel[];
  outputs: OutputFile[];
  /** The failure of the first failed level. */
  failure: Failure | null;
}

/**
 * Runs the smoke levels in order. A level that fails is a result, not an exception; a level that
 * needs a failed one is skipped. Throws only the signal's reason, after taking its run off the server.
 */
export async function runSmoke(options: SmokeOptions): Promise<SmokeOutcome> {
  const wanted = smokeLevelIds.filter((id) => options.levels?.includes(id) ?? true);
  const ending = new AbortController();
  const context: SmokeContext = {
    client: options.client,
    graph: options.graph,
    gpuExpected: options.gpuExpected,
    kernels: options.kernels ?? OVER_HTTP,
    fileExpected: options.fileExpected ?? {},
    importFailures: options.importFailures ?? [],
    attention: options.attention ?? null,
    outDir: options.outDir,
    emit: options.emit,
    clock: options.clock,
    clientId: randomUUID(),
    classes: new Map(),
    ending: AbortSignal.any([options.signal, ending.signal]),
    events: null,
    listener: null,
    promptId: null,
    history: null,
    outputs: [],
  };
  const levels: SmokeLevel[] = [];
  let failure: Failure | null = null;
  try {
    for (const id of wanted) {
      const blocker = blockedBy(definitions[id], levels);
      const level = blocker
        ? skipped(id, blocker)
        : await runLevel(definitions[id], context, options, (first) => {
            failure ??= first;
          });
      levels.push(level);
      options.emit({ type: 'smoke.level', ...level });
    }
  } finally {
    context.events?.close();
    ending.abort();
    if (failure || options.signal.aborted) await cancelQuietly(context);
  }
  const allWell = levels.every((level) => level.status !== 'fail');
  return { ok: allWell, levels, outputs: context.outputs, failure };
}

/** The world as it was found: a run that nobody waits for would hold the GPU. */
async function cancelQuietly({ client, promptId, history }: SmokeContext): Promise<void> {
  if (!promptId || history) return;
  await client.cancel(promptId, { timeoutMs: 3_000 }).catch(() => {
    // The reason of the end is what counts; a server that is gone has nothing to stop.
  });
}

async function runLevel(
  definition: SmokeLevelDefinition,
  context: SmokeContext,
  options: SmokeOptions,
  onFailure: (failure: Failure) => void,
): Promise<SmokeLevel> {
  const { clock, signal } = options;
  const started = clock.monotonicMs();
  const ms = () => Math.max(0, Math.round(clock.monotonicMs() - started));
  try {
    const limitMs = options.deadlines?.[definition.id] ?? definition.deadlineMs;
    const verdict = await underDeadline(definition, context, limitMs, signal);
    return { id: definition.id, ...verdict, ms: ms() };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Failure)) throw error;
    onFailure(error);
    const { sentence, code } = error.details;
    return { id: definition.id, status: 'fail', detail: sentence, ms: ms(), code };
  }
}

async function underDeadline(
  definition: SmokeLevelDefinition,
  context: SmokeContext,
  limitMs: number,
  signal: AbortSignal,
): Promise<LevelVerdict> {
  const limit = new AbortController();
  const finished = new AbortController();
  void context.clock.sleep(limitMs, AbortSignal.any([finished.signal, signal])).then(
    () => limit.abort(tooSlow(definition.id, limitMs)),
    () => {},
  );
  try {
    return await definition.check(context, AbortSignal.any([signal, limit.signal]));
  } finally {
    finished.abort();
  }
}

function tooSlow(id: SmokeLevelId, limitMs: number): Failure {
  const seconds = limitMs / 1000;
  const limit = seconds >= 120 ? `${Math.round(seconds / 60)} minutes` : `${seconds} s`;
  return smokeFailure(`smoke-${id}-timeout`, `The level ${id} was not done in ${limit}.`);
}

/** The failed level that makes this one pointless, also over a level in between. */
function blockedBy(definition: SmokeLevelDefinition, done: SmokeLevel[]): SmokeLevelId | null {
  for (const need of definition.needs) {
    if (done.some((level) => level.id === need && level.status === 'fail')) return need;
    const further = blockedBy(definitions[need], done);
    if (further) return further;
  }
  return null;
}

function skipped(id: SmokeLevelId, blocker: SmokeLevelId): SmokeLevel {
  return { id, status: 'skip', detail: `Not tried: the level ${blocker} did not pass.`, ms: 0 };
}
