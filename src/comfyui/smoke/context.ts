import type { Emit } from '../../contract/events.ts';
import { Failure } from '../../contract/failure.ts';
import type { SmokeLevelId } from '../../contract/ids.ts';
import type { OutputFile } from '../../contract/smoke.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ComfyClient } from '../client.ts';
import type { EventStream } from '../event-stream.ts';
import type { Graph } from '../graph.ts';
import type { ImportFailure } from '../import-failures.ts';
import type { ServerMessage } from '../messages.ts';
import type { HistoryEntry, NodeClass } from '../schemas.ts';

import type { AttentionAsked } from './attention.ts';
import type { KernelsProved } from './kernel-proof.ts';

/** Which GPU the server should have. `any`: a server of somebody else, of which nothing is known. */
export type GpuExpectation =
  | { kind: 'none' }
  | { kind: 'any' }
  | { kind: 'gpu'; name: string | null; memoryTotalBytes: number | null };

/** How a bf16 product and the attention kernel are tried: beside the server, or not, and why not. */
export type KernelTrial =
  | { kind: 'inside'; prove(signal: AbortSignal): Promise<KernelsProved> }
  | { kind: 'not-tried'; why: string };

/** What the produced file should be; what is not said is not checked. */
export interface FileExpectation {
  width?: number;
  height?: number;
  frames?: number;
}

/** What the levels know and find out; later levels need what earlier ones left. */
export interface SmokeContext {
  client: ComfyClient;
  graph: Graph;
  gpuExpected: GpuExpectation;
  kernels: KernelTrial;
  fileExpected: FileExpectation;
  /** Node packs that did not load, where the server's log is at hand. */
  importFailures: ImportFailure[];
  /** Null: nobody said which attention is wanted. */
  attention: AttentionAsked | null;
  outDir: string;
  emit: Emit;
  clock: Clock;
  clientId: string;
  classes: Map<string, NodeClass>;
  /** Aborted when the smoke test ends, whatever the way. */
  ending: AbortSignal;
  /** Open from the level `workflow` on: messages go to who was there before the run. */
  events: EventStream | null;
  /** Takes the messages; set by the level that listens. */
  listener: ((message: ServerMessage) => void) | null;
  promptId: string | null;
  history: HistoryEntry | null;
  outputs: OutputFile[];
}

/** What a level found out. A failed one throws a Failure. */
export interface LevelVerdict {
  status: 'ok' | 'warn' | 'skip';
  /** One sentence with what was seen. */
  detail: string;
}

export interface SmokeLevelDefinition {
  id: SmokeLevelId;
  /** Levels without which this one shows nothing. */
  needs: SmokeLevelId[];
  deadlineMs: number;
  check(context: SmokeContext, signal: AbortSignal): Promise<LevelVerdict>;
}

export const ok = (detail: string): LevelVerdict => ({ status: 'ok', detail });
export const warn = (detail: string): LevelVerdict => ({ status: 'warn', detail });
export const skip = (detail: string): LevelVerdict => ({ status: 'skip', detail });

export function smokeFailure(code: string, sentence: string, proof?: string): Failure {
  return new Failure({ code, sentence, phase: 'smoke', ...(proof ? { proof } : {}) });
}

/** `a, b, c and 4 more`. */
export function listed(names: string[], most = 4): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
