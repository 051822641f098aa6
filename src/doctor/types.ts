import type { Fix } from '../contract/diagnosis.ts';
import type { CheckResult, checkStatuses } from '../contract/doctor.ts';
import type { NetworkReport } from '../machine/network.ts';
import type { Reclaimable } from '../machine/reclaimable.ts';
import type { Inventory, Machine } from '../machine/types.ts';

/** Rows are listed by group, in this order. */
export const checkGroups = ['gpu', 'engine', 'disk', 'memory', 'host', 'network', 'own'] as const;
export type CheckGroup = (typeof checkGroups)[number];

/** Everything that a check may look at; what takes time is a promise that all checks share. */
export interface CheckContext {
  machine: Machine;
  /** Null where the engine could not be asked. */
  inventory: Inventory | null;
  env: NodeJS.ProcessEnv;
  port: number;
  /** What Docker's disk could give back; null where the engine took too long to count it. */
  reclaimable: Promise<Reclaimable | null>;
  /** Null: the network was not asked for. */
  network: Promise<NetworkReport> | null;
}

export interface Finding {
  status: (typeof checkStatuses)[number];
  /** One or two lines: what was seen beside what is needed (MOCKUPS D). */
  detail: string;
  fix?: Fix | undefined;
}

export interface Check {
  /** Kebab-case, unique, part of `doctor --json`. */
  id: string;
  title: string;
  group: CheckGroup;
  look(context: CheckContext, signal: AbortSignal): Finding | Promise<Finding>;
}

export interface TimedResult extends CheckResult {
  group: CheckGroup;
  ms: number;
}

export const ok = (detail: string): Finding => ({ status: 'ok', detail });
export const skip = (detail: string): Finding => ({ status: 'skip', detail });
export const warn = (detail: string, fix?: Fix): Finding => ({ status: 'warn', detail, fix });
export const fail = (detail: string, fix?: Fix): Finding => ({ status: 'fail', detail, fix });
