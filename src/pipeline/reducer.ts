import type { Event, EventEnvelope, EventOf } from '../contract/events.ts';
import { type PhaseId, phaseIds, smokeLevelIds } from '../contract/ids.ts';
import type { ResultBody } from '../contract/result.ts';
import type { SmokeLevel } from '../contract/smoke.ts';
import { emptyRunState, NOTES_KEPT, type PhaseState, type RunState } from './run-state.ts';
import {
  buildEnded,
  buildStarted,
  foldLog,
  foldProgress,
  foldVertex,
  foldWarning,
  noSteps,
} from './steps.ts';

/** Phases that build: dependency stages first, the final image later. */
const buildPhases: readonly PhaseId[] = ['dependencies', 'image'];

/**
 * Folds one event into what is known of a run. Pure; screens, plain lines, attach and status all
 * read a run through it. An event of a type that it does not know gives the same object back, so
 * that an older front-end can follow a newer run.
 */
export function reduceRun(state: RunState, event: Event): RunState {
  const next = fold(state, event);
  if (next === state) return state;
  return { ...next, startedAt: state.startedAt ?? event.at, lastAt: event.at };
}

/** The state after all of a journal's events. */
export function replay(events: Iterable<Event>, from: RunState = emptyRunState): RunState {
  let state = from;
  for (const event of events) state = reduceRun(state, event);
  return state;
}

function fold(state: RunState, event: Event): RunState {
  switch (event.type) {
    case 'run.started': {
      const { runId: id, planDigest, profile, recipe, continues } = event;
      const attempt = continues ? { attempt: continues.attempt } : {};
      return { ...state, run: { id, planDigest, profile, recipe, ...attempt } };
    }
    case 'phase.started':
      return phaseStarted(state, event);
    case 'phase.finished':
      return phaseFinished(state, event);
    case 'build.vertex':
      return withBuild(state, foldVertex(state.build, event));
    case 'build.progress':
      return withBuild(state, foldProgress(state.build, event));
    case 'build.log':
      return withBuild(state, foldLog(state.build, event));
    case 'build.warning':
      return withBuild(state, foldWarning(state.build, event));
    case 'model':
      return { ...state, models: upsert(state.models, bodyOf(event), (model) => model.file) };
    case 'disk':
      return withDisk(state, event);
    case 'gpu': {
      const gpus = upsert(state.gpus, bodyOf(event), (gpu) => gpu.index);
      return { ...state, gpus: gpus.sort((a, b) => a.index - b.index) };
    }
    case 'container':
      return { ...state, container: bodyOf(event) };
    case 'smoke.level':
      return withLevel(state, bodyOf(event));
    case 'smoke.progress':
      return { ...state, smokeProgress: bodyOf(event) };
    case 'fallback':
      return { ...state, fallbacks: [...state.fallbacks, bodyOf(event)] };
    case 'question':
      return { ...state, questions: upsert(state.questions, bodyOf(event), (asked) => asked.id) };
    case 'answer':
      return { ...state, answers: { ...state.answers, [event.id]: bodyOf(event) } };
    case 'diagnosis':
      return {
        ...state,
        diagnoses: upsert(state.diagnoses, event.diagnosis, (known) => known.code),
      };
    case 'note': {
      const { level, text, at } = event;
      return { ...state, notes: [...state.notes, { level, text, at }].slice(-NOTES_KEPT) };
    }
    case 'result':
      return ended(state, bodyOf(event));
    default: {
      const unknown: never = event;
      void unknown;
      return state;
    }
  }
}

function phaseStarted(state: RunState, { phase, at }: EventOf<'phase.started'>): RunState {
  return {
    ...withPhase(state, phase, { state: 'running', startedAt: at }),
    build: buildPhases.includes(phase) ? buildStarted(state.build) : state.build,
  };
}

function phaseFinished(state: RunState, event: EventOf<'phase.finished'>): RunState {
  const { phase, ok, ms, satisfied = false } = event;
  const next: PhaseState = ok ? { state: 'done', ms, satisfied } : { state: 'failed', ms };
  return {
    ...withPhase(state, phase, next),
    build: buildPhases.includes(phase) ? buildEnded(state.build, ok) : state.build,
    smokeProgress: phase === 'smoke' ? null : state.smokeProgress,
  };
}

/** The run is over: whatever had not finished will not. */
function ended(state: RunState, result: ResultBody): RunState {
  const phases = { ...state.phases };
  for (const id of phaseIds) {
    if (phases[id].state !== 'running') continue;
    phases[id] = result.phase === id ? { state: 'failed', ms: null } : { state: 'stopped' };
  }
  const diagnoses = result.diagnoses.reduce<readonly (typeof result.diagnoses)[number][]>(
    (known, diagnosis) => upsert(known, diagnosis, ({ code }) => code),
    state.diagnoses,
  );
  return {
    ...state,
    phases,
    diagnoses,
    result,
    smokeProgress: null,
    build: state.build === noSteps ? noSteps : buildEnded(state.build, result.ok),
  };
}

function withPhase(state: RunState, id: PhaseId, phase: PhaseState): RunState {
  return { ...state, phases: { ...state.phases, [id]: phase } };
}

function withBuild(state: RunState, build: RunState['build']): RunState {
  return build === state.build ? state : { ...state, build };
}

function withDisk(state: RunState, event: EventOf<'disk'>): RunState {
  const before = state.disk[event.place];
  const sample = {
    ...bodyOf(event),
    lowestFreeBytes: Math.min(before?.lowestFreeBytes ?? event.freeBytes, event.freeBytes),
    samples: (before?.samples ?? 0) + 1,
  };
  return { ...state, disk: { ...state.disk, [event.place]: sample } };
}

function withLevel(state: RunState, level: SmokeLevel): RunState {
  const levels = upsert(state.levels, level, ({ id }) => id);
  levels.sort((a, b) => smokeLevelIds.indexOf(a.id) - smokeLevelIds.indexOf(b.id));
  return { ...state, levels, smokeProgress: null };
}

/** A copy with the item in the place of the one with its key, or at the end. */
function upsert<T>(items: readonly T[], item: T, key: (item: T) => string | number): T[] {
  const at = items.findIndex((other) => key(other) === key(item));
  return at === -1 ? [...items, item] : items.with(at, item);
}

function bodyOf<E extends EventEnvelope & { type: string }>(
  event: E,
): Omit<E, 'type' | 'v' | 'at'> {
  const { type: _type, v: _v, at: _at, ...body } = event;
  return body;
}
