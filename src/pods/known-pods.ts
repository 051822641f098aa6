import type { PodStatus } from '../contract/deploy.ts';
import type { Clock } from '../ports/clock.ts';
import type { PodsApi } from './api.ts';
import { ApiProblem } from './api-problem.ts';
import { forgetPod, type PodRecord, podRecords, writePodRecord } from './pod-records.ts';
import { podStatus } from './pod-status.ts';
import { proxyAddress } from './proxy-address.ts';

/** A pod that was asked for may still come for so long, though no list has it yet. */
const MAY_COME_MS = 10 * 60_000;

export interface KnownPodsInput {
  /** Where pods are remembered. */
  dir: string;
  /** Null: Runpod cannot be asked, and why. */
  api: PodsApi | null;
  why: string;
  env: NodeJS.ProcessEnv;
  clock: Clock;
}

/**
 * Our pods that run, or of which nobody can say that they do not; each may cost money. What is
 * certainly gone is forgotten.
 */
export async function knownPods(input: KnownPodsInput): Promise<PodStatus[]> {
  const found: PodStatus[] = [];
  for (const record of await podRecords(input.dir)) {
    const state = await stateOf(record, input);
    if (state === null) await forgetPod(input.dir, record.name);
    else found.push(podStatus(record, state, input.clock.now()));
  }
  return found;
}

/** Runpod's word; null for one that is gone. Gives the record its id where it had none. */
async function stateOf(
  record: PodRecord,
  { dir, api, why, env, clock }: KnownPodsInput,
): Promise<string | null> {
  if (api === null) return `not known: ${why}`;
  try {
    if (record.id !== null) {
      const pod = await api.pod(record.id);
      return pod === null || pod.status === 'TERMINATED' ? null : pod.status;
    }
    const pod = (await api.pods()).find(({ name }) => name === record.name);
    if (pod) {
      record.id = pod.id;
      record.gpu = pod.gpu?.id ?? null;
      record.costPerHour = pod.cost ?? null;
      record.url = proxyAddress(env, pod.id);
      await writePodRecord(dir, record);
      return pod.status;
    }
    const age = clock.now().getTime() - Date.parse(record.createdAt);
    return age < MAY_COME_MS ? 'asked for' : null;
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    return `not known: ${error.message}`;
  }
}
