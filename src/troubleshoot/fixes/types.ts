import type Docker from 'dockerode';
import type { Choices } from '../../contract/choices.ts';
import type { Diagnosis, Fix } from '../../contract/diagnosis.ts';
import type { PhaseId } from '../../contract/ids.ts';
import type { ResultBody } from '../../contract/result.ts';
import type { Fetch } from '../../machine/network.ts';
import type { Machine } from '../../machine/types.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Processes } from '../../ports/processes.ts';
import type { Minutes } from '../../recipe/minutes.ts';
import type { Planned } from '../../recipe/types.ts';
import type { RunRequest } from '../../runner/request.ts';

/** A failure and everything that is known about it: what a fix starts from. */
export interface Trouble {
  /** Likeliest first; never empty. */
  diagnoses: readonly Diagnosis[];
  /** Null where the failure was not a run of ours: then nothing can be retried. */
  run: FailedRun | null;
}

export interface FailedRun {
  id: string;
  dir: string;
  request: RunRequest;
  phase: PhaseId | null;
  result: ResultBody | null;
  /** What the run planned, as it would be planned now; null where no plan can be made. */
  planned: Planned | null;
  steps: { done: number; total: number };
  /** The container that the run left, by its label. */
  container: { id: string; name: string } | null;
}

/** The world as a fix sees it: every port, passed in. */
export interface FixWorld {
  env: NodeJS.ProcessEnv;
  home: string;
  runsDir: string;
  processes: Processes;
  clock: Clock;
  fetch: Fetch;
  docker: Docker | null;
  machine: Machine;
  /** Plans with other choices; throws a Failure or a UsageError. */
  plan(choices: Choices): Promise<Planned>;
  signal: AbortSignal;
}

/** One thing that a fix changes, removes, fetches or makes. */
export interface FixObject {
  name: string;
  bytes: number | null;
  /** What is different without it, when it was last used, what it becomes. */
  note: string;
}

/** How the run goes on after a fix. */
export interface Retry {
  /** On top of what the failed run was asked for; null takes an answer back. */
  choices?: { [Key in keyof Choices]?: Choices[Key] | null };
  noCache?: boolean;
  /** The engine answers only under group docker. */
  underGroup?: boolean;
}

/** What a fix would do, measured now, and the way to do it. Nothing is changed before `apply`. */
export interface FixPlan {
  /** The `applies` of its fix. */
  id: string;
  /** Verb, object, size. */
  title: string;
  /** What it does and what it leaves alone, one or two sentences. */
  does: string;
  objects: readonly FixObject[];
  frees: number | null;
  download: number | null;
  /** Until the run is where it was; null where nothing is known. */
  minutes: Minutes | null;
  /** How it is undone; null: it cannot be. */
  undo: string | null;
  /** What is kept, or what to look out for. */
  notes: readonly string[];
  /** The same by hand, for a POSIX shell. */
  commands: readonly string[];
  /** Removing, installing and root rights are `y`; only an answer that changes is Enter. */
  confirm: 'enter' | 'y';
  root: boolean;
  /** Something is asked for first; what is given goes into `apply`. */
  ask?: { label: string; proposals: readonly { value: string; note: string }[] };
  /** The run is tried again afterwards. False where there is no run. */
  retries: boolean;
  /**
   * Does it, telling each command and line. Stopped by the signal it leaves the world as it found it,
   * or says in its Failure what changed.
   */
  apply(signal: AbortSignal, onLine: (line: string) => void, answer?: string): Promise<Retry>;
}

/** Not to be done here, and why. */
export interface NotHere {
  not: string;
}

/** Makes the plan of one kind of fix. Looks only. */
export type FixAction = (trouble: Trouble, fix: Fix, world: FixWorld) => Promise<FixPlan | NotHere>;

/** What a page offers: a fix that can be applied, or the words and the command for a person. */
export interface Offer {
  fix: Fix;
  plan: FixPlan | null;
  /** Why it cannot be applied here; null where nobody expects it. */
  why: string | null;
}
