import type Dockerode from 'dockerode';
import type { ImportFailure } from '../comfyui/import-failures.ts';
import type { PodStatus } from '../contract/deploy.ts';
import type { Emit } from '../contract/events.ts';
import type { OutputFile, SmokeLevel } from '../contract/smoke.ts';
import type { Inventory, Machine, ReadyEngine } from '../machine/types.ts';
import type { Valve } from '../models/valve.ts';
import type { Clock } from '../ports/clock.ts';
import type { Processes } from '../ports/processes.ts';
import type { History, Planned } from '../recipe/types.ts';
import type { Question } from '../runner/questions.ts';
import type { RunRequest } from '../runner/request.ts';
import type { RunDisk } from './disk-guard-run.ts';

/** The world as a run sees it: every port, passed in once. */
export interface Ports {
  env: NodeJS.ProcessEnv;
  clock: Clock;
  processes: Processes;
}

/** What the phases found out and later ones need; it ends up in the result. */
export interface RunFacts {
  engine?: { docker: Dockerode; facts: ReadyEngine };
  /** Whether the builder's image has to be loaded into the engine, asked ahead of the build. */
  mustLoad?: Promise<boolean> | undefined;
  image?: { ref: string; id: string; bytes: number | null };
  container?: { id: string; name: string; state: string; startedAt: string };
  url?: string;
  /** Node packs that did not load, as the container's log told at its start. */
  importFailures?: ImportFailure[];
  /** ComfyUI's own attention, as its log told. */
  serverAttention?: string;
  /** Rented pods that still run; what the result says of the one that was tested. */
  pods?: PodStatus[];
  podSentence?: string;
  /** Tags that were pushed. */
  pushed?: { ref: string; digest: string }[];
  /** The image as a file. */
  saved?: { path: string; bytes: number };
  smoke: SmokeLevel[];
  outputs: OutputFile[];
  /** Milliseconds that the build phases have taken together. */
  buildMs: number;
  /** What was really built where it differs from what was asked. */
  built: Record<string, unknown>;
}

export interface RunContext {
  request: RunRequest;
  runDir: string;
  runsDir: string;
  home: string;
  ports: Ports;
  machine: Machine;
  inventory: Inventory;
  planned: Planned;
  /** What phases took here before. */
  history: History;
  context: { dir: string; dockerfile: string } | null;
  facts: RunFacts;
  disk: RunDisk;
  /** Closed while downloads are paused. */
  valve: Valve;
  emit: Emit;
  ask(question: Question): Promise<string>;
  /** Done when the run ends, whatever the way; must not throw. */
  onEnd(work: () => Promise<void>): void;
}

/** A phase as data: reconcile() decides whether it is satisfied, else runs it. */
export interface Phase {
  id: Planned['steps'][number]['phase'];
  after: Phase['id'][];
  /** A part of it that waits for fewer phases; done only where the others are still at work. */
  early?: {
    after: Phase['id'][];
    run(ctx: RunContext, signal: AbortSignal): Promise<void>;
  };
  /**
   * True when what the phase would bring about is there already, looked at now.
   * A phase that only looks (prepare, validate) is never satisfied beforehand.
   */
  satisfied(ctx: RunContext, signal: AbortSignal): Promise<boolean>;
  run(ctx: RunContext, signal: AbortSignal): Promise<void>;
}
