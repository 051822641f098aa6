import type { EventOf } from '../contract/events.ts';

/** Lines of a step's output that stay in memory; the whole output is in the run's build.log. */
export const LOG_WINDOW_LINES = 200;

/**
 * States in the order in which they win: a step that was seen further along never goes back,
 * whatever order BuildKit's vertexes arrive in or how often one is sent again.
 */
const stepStates = ['waiting', 'running', 'unneeded', 'canceled', 'done', 'failed'] as const;
/** `unneeded`: the build ended well without starting it, because what came after it was cached. */
export type StepState = (typeof stepStates)[number];

export interface LogWindow {
  lines: readonly string[];
  /** Lines that were there before the window. */
  dropped: number;
}

export interface StepName {
  /** Name of the build stage; null for BuildKit's own work (contexts, metadata, export). */
  stage: string | null;
  /** What a person reads, without mounts, shells and counts. */
  title: string;
}

export interface BuildStep extends StepName {
  /** Digest of the vertex; empty name until its vertex is seen (a log line may come first). */
  id: string;
  state: StepState;
  /**
   * True when every report of its end said so: a step that was built in this run was built, also
   * where a later build of the run found it in the cache. Null before it ended.
   */
  cached: boolean | null;
  /** By BuildKit's clock; null until it is known. */
  ms: number | null;
  error: string | null;
  /** ISO-8601, of the first event that said it runs; null before. */
  startedAt: string | null;
  /** Bytes or items of what it pulls, sends or exports, by BuildKit's id. */
  progress: Readonly<Record<string, { current: number; total: number }>>;
  log: LogWindow;
  warnings: readonly string[];
  /** In which build of the run it was seen last: a later one may try a failed step again. */
  build: number;
}

/** The steps of all builds of a run, in the order in which each was first heard of. */
export interface BuildSteps {
  order: readonly string[];
  byId: Readonly<Record<string, BuildStep>>;
  /** How many build phases have started. */
  builds: number;
}

export const noSteps: BuildSteps = { order: [], byId: {}, builds: 0 };

/** A build phase starts: what did not come to an end before may now be tried again. */
export function buildStarted(steps: BuildSteps): BuildSteps {
  return { ...steps, builds: steps.builds + 1 };
}

/**
 * A build phase ended: nothing of it is still going on. Steps that BuildKit never completed
 * count as done when the build went well, else as canceled.
 */
export function buildEnded(steps: BuildSteps, ok: boolean): BuildSteps {
  let changed = false;
  const byId = { ...steps.byId };
  for (const id of steps.order) {
    const step = byId[id];
    if (!step || (step.state !== 'running' && step.state !== 'waiting')) continue;
    const unstarted = ok ? 'unneeded' : 'waiting';
    const state = step.state === 'running' ? (ok ? 'done' : 'canceled') : unstarted;
    if (state === step.state) continue;
    byId[id] = { ...step, state };
    changed = true;
  }
  return changed ? { ...steps, byId } : steps;
}

/** Folds a vertex in; within one build the order and number of a vertex's events do not matter. */
export function foldVertex(steps: BuildSteps, event: EventOf<'build.vertex'>): BuildSteps {
  const old = steps.byId[event.id];
  const again = old !== undefined && old.build !== steps.builds && old.state !== 'done';
  const before = old && !again ? old : null;
  const ended = event.state === 'done' || event.state === 'failed' || event.state === 'canceled';
  const step: BuildStep = {
    ...(old ?? emptyStep(event.id)),
    ...cleanStepName(event.name),
    build: steps.builds,
    state: before ? further(before.state, event.state) : event.state,
    cached: cachedAfter(before?.cached ?? null, event),
    ms: larger(before?.ms ?? null, event.ms ?? null),
    error: firstInOrder(before?.error ?? null, event.error ?? null),
    startedAt: earlier(
      before?.startedAt ?? null,
      event.state === 'running' || ended ? event.at : null,
    ),
  };
  return put(steps, step);
}

export function foldProgress(steps: BuildSteps, event: EventOf<'build.progress'>): BuildSteps {
  const step = steps.byId[event.vertex] ?? emptyStep(event.vertex, steps.builds);
  const seen = step.progress[event.id];
  if (seen && seen.current >= event.current && seen.total >= event.total) return steps;
  const progress = {
    ...step.progress,
    [event.id]: {
      current: Math.max(seen?.current ?? 0, event.current),
      total: Math.max(seen?.total ?? 0, event.total),
    },
  };
  return put(steps, { ...step, progress });
}

export function foldLog(steps: BuildSteps, event: EventOf<'build.log'>): BuildSteps {
  const step = steps.byId[event.vertex] ?? emptyStep(event.vertex, steps.builds);
  return put(steps, { ...step, log: pushLine(step.log, event.text) });
}

export function foldWarning(steps: BuildSteps, event: EventOf<'build.warning'>): BuildSteps {
  const step = steps.byId[event.vertex] ?? emptyStep(event.vertex, steps.builds);
  if (step.warnings.includes(event.text)) return steps;
  return put(steps, { ...step, warnings: [...step.warnings, event.text] });
}

/** Bytes of all that a step moves; null where no total is known. */
export function stepBytes(step: BuildStep): { current: number; total: number } | null {
  let current = 0;
  let total = 0;
  for (const part of Object.values(step.progress)) {
    if (part.total === 0) continue;
    current += part.current;
    total += part.total;
  }
  return total === 0 ? null : { current, total };
}

/**
 * BuildKit's vertex name as a person reads it: `[python 2/4] RUN --mount=… uv pip install x` becomes
 * stage `python`, title `uv pip install x` (names: moby/buildkit frontend/dockerfile/dockerfile2llb).
 */
export function cleanStepName(name: string): StepName {
  const match = /^\[([^\]]+)\]\s*(.*)$/s.exec(name);
  if (!match) return { stage: null, title: name.replace(/\s+/g, ' ').trim() };
  const [, place = '', rest = ''] = match;
  const stage = place.replace(/\s*\d+\/\d+$/, '').replace(/^[a-z0-9]+\/[a-z0-9/]+\s+/, '');
  return { stage: stage === 'internal' ? null : stage || null, title: cleanCommand(rest) };
}

function cleanCommand(command: string): string {
  const flat = command
    .replace(/\\\n/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/ --(mount|network|security|link|chown|chmod|from|parents|exclude)(=\S+)?/g, '')
    .trim();
  const words = /^RUN (\[".*"\])$/.exec(flat)?.[1];
  if (words) return execForm(words);
  return (
    flat.replace(/^RUN (\/bin\/(ba)?sh -c )?(set -[a-z]+( -o pipefail)?\s*(;|&&)\s*)?/, '') || flat
  );
}

/** `RUN ["/bin/a", "b"]` as one would type it. */
function execForm(json: string): string {
  try {
    return (JSON.parse(json) as string[]).join(' ');
  } catch {
    return json;
  }
}

function emptyStep(id: string, build = 0): BuildStep {
  return {
    id,
    stage: null,
    title: '',
    state: 'waiting',
    cached: null,
    ms: null,
    error: null,
    startedAt: null,
    progress: {},
    log: { lines: [], dropped: 0 },
    warnings: [],
    build,
  };
}

function put(steps: BuildSteps, step: BuildStep): BuildSteps {
  const order = step.id in steps.byId ? steps.order : [...steps.order, step.id];
  return { ...steps, order, byId: { ...steps.byId, [step.id]: step } };
}

function pushLine(log: LogWindow, line: string): LogWindow {
  const tooMany = log.lines.length >= LOG_WINDOW_LINES;
  const kept = tooMany ? log.lines.slice(1 - LOG_WINDOW_LINES) : log.lines;
  return { lines: [...kept, line], dropped: log.dropped + (tooMany ? 1 : 0) };
}

function further(a: StepState, b: StepState): StepState {
  return stepStates.indexOf(a) >= stepStates.indexOf(b) ? a : b;
}

function cachedAfter(before: boolean | null, event: EventOf<'build.vertex'>): boolean | null {
  if (event.state !== 'done') return before;
  return (before ?? true) && event.cached;
}

function larger(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}

function earlier(a: string | null, b: string | null): string | null {
  return a === null ? b : b === null ? a : a < b ? a : b;
}

/** One of two texts, the same one whichever came first. */
function firstInOrder(a: string | null, b: string | null): string | null {
  return earlier(a, b);
}
