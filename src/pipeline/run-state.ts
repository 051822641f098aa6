import type { Diagnosis } from '../contract/diagnosis.ts';
import type { EventBody, EventType } from '../contract/events.ts';
import { type DiskPlace, type PhaseId, phaseIds } from '../contract/ids.ts';
import type { ResultBody } from '../contract/result.ts';
import type { SmokeLevel } from '../contract/smoke.ts';
import { type BuildStep, type BuildSteps, noSteps } from './steps.ts';

export type PhaseState =
  | { state: 'waiting' }
  | { state: 'running'; startedAt: string }
  /** `satisfied`: nothing had to be done. */
  | { state: 'done'; ms: number; satisfied: boolean }
  | { state: 'failed'; ms: number | null }
  /** The run ended elsewhere while this phase was going on. */
  | { state: 'stopped' };

/** An event's own fields. */
type Body<T extends EventType> = Omit<Extract<EventBody, { type: T }>, 'type'>;

export type ModelProgress = Body<'model'>;
export type GpuSample = Body<'gpu'>;
export type ContainerState = Body<'container'>;
export type SmokeProgress = Body<'smoke.progress'>;
export type Fallback = Body<'fallback'>;
export type Question = Body<'question'>;
export type Answer = Body<'answer'>;
export type Note = Body<'note'> & { at: string };

export interface DiskSample extends Body<'disk'> {
  /** Smallest free space seen in this run, in bytes. */
  lowestFreeBytes: number;
  /** No forecast is honest below two. */
  samples: number;
}

/** Everything that is known of a run: the fold of its events, and nothing else. */
export interface RunState {
  run: {
    id: string;
    planDigest: string;
    profile: string | null;
    recipe: string;
    /** Number of the try; absent at the first. */
    attempt?: number;
  } | null;
  /** ISO-8601, of the first and the newest event. */
  startedAt: string | null;
  lastAt: string | null;
  phases: Readonly<Record<PhaseId, PhaseState>>;
  build: BuildSteps;
  models: readonly ModelProgress[];
  disk: Readonly<Partial<Record<DiskPlace, DiskSample>>>;
  gpus: readonly GpuSample[];
  container: ContainerState | null;
  /** In the order of the contract, whatever order they came in. */
  levels: readonly SmokeLevel[];
  smokeProgress: SmokeProgress | null;
  questions: readonly Question[];
  answers: Readonly<Record<string, Answer>>;
  fallbacks: readonly Fallback[];
  /** The newest, at most NOTES_KEPT. */
  notes: readonly Note[];
  diagnoses: readonly Diagnosis[];
  result: ResultBody | null;
}

export const NOTES_KEPT = 100;

export const emptyRunState: RunState = {
  run: null,
  startedAt: null,
  lastAt: null,
  phases: Object.fromEntries(phaseIds.map((id) => [id, { state: 'waiting' }])) as Record<
    PhaseId,
    PhaseState
  >,
  build: noSteps,
  models: [],
  disk: {},
  gpus: [],
  container: null,
  levels: [],
  smokeProgress: null,
  questions: [],
  answers: {},
  fallbacks: [],
  notes: [],
  diagnoses: [],
  result: null,
};

/** The phase that is going on, the last one where several are; null before and after. */
export function currentPhase(state: RunState): PhaseId | null {
  return phaseIds.findLast((id) => state.phases[id].state === 'running') ?? null;
}

/** Questions without an answer, the oldest first. */
export function openQuestions(state: RunState): Question[] {
  return state.questions.filter((question) => !(question.id in state.answers));
}

export function buildSteps(state: RunState): BuildStep[] {
  return state.build.order.flatMap((id) => state.build.byId[id] ?? []);
}

/** Milliseconds since the run started; to its last event once it has ended. */
export function elapsedMs(state: RunState, now: Date): number {
  if (state.startedAt === null) return 0;
  const end = state.result && state.lastAt ? Date.parse(state.lastAt) : now.getTime();
  return Math.max(0, end - Date.parse(state.startedAt));
}

/** Bytes of the models that are there, and of all whose size is known. */
export function modelBytes(state: RunState): { bytes: number; totalBytes: number } {
  let bytes = 0;
  let totalBytes = 0;
  for (const model of state.models) {
    bytes += model.bytes;
    totalBytes += model.totalBytes ?? model.bytes;
  }
  return { bytes, totalBytes };
}
