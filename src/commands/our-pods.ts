import type { PodStatus } from '../contract/deploy.ts';
import { Failure } from '../contract/failure.ts';
import type { PodsApi } from '../pods/api.ts';
import { type PodRecord, podRecords, podsDir } from '../pods/pod-records.ts';
import { podsKey } from '../pods/pods-key.ts';
import { systemClock } from '../ports/clock.ts';
import { places } from '../profiles/places.ts';
import type { Io } from './io.ts';

const LOOK_MS = 60_000;

/** Our pods as they are now; Runpod is asked only where there is one to ask about. */
export async function currentPods(io: Pick<Io, 'env' | 'home'>): Promise<PodStatus[]> {
  const dir = podsDir(places(io.env, io.home).runs);
  if ((await podRecords(dir)).length === 0) return [];
  const { knownPods } = await import('../pods/known-pods.ts');
  const opened = await openedApi(io);
  const api = opened instanceof Failure ? null : opened;
  const why = opened instanceof Failure ? opened.message : '';
  try {
    return await knownPods({ dir, api, why, env: io.env, clock: systemClock });
  } finally {
    await api?.close().catch(() => undefined);
  }
}

/** What came of ending our pods. */
export interface EndedPods {
  ended: PodStatus[];
  /** The first that could not be ended, as a failure that names what it costs; null when all were. */
  failure: Failure | null;
  /** There was one to end. */
  any: boolean;
}

/** Ends our pods, or those of one profile, for good; what is on a network volume stays. */
export async function endPods(profile: string | undefined, io: Io): Promise<EndedPods> {
  const dir = podsDir(places(io.env, io.home).runs);
  const all = await podRecords(dir);
  const wanted = all.filter((one) => profile === undefined || one.profile === profile);
  if (wanted.length === 0) return { ended: [], failure: null, any: false };
  const opened = await openedApi(io);
  if (opened instanceof Failure) return { ended: [], failure: opened, any: true };
  const [{ endPod }, { podStatus }] = await Promise.all([
    import('../pods/end-pod.ts'),
    import('../pods/pod-status.ts'),
  ]);
  const done: EndedPods = { ended: [], failure: null, any: true };
  try {
    for (const record of wanted) {
      const why = await endPod(opened, dir, record, systemClock);
      if (why === null) done.ended.push(podStatus(record, 'ended', systemClock.now()));
      else done.failure ??= notEnded(record, why);
    }
    return done;
  } finally {
    await opened.close().catch(() => undefined);
  }
}

function notEnded({ id, name, costPerHour }: PodRecord, proof: string): Failure {
  return new Failure({
    code: 'pod-not-ended',
    sentence: `Pod ${id ?? name} could not be ended: it may still run and cost ${costPerHour ?? 'an unknown sum'} $/h.`,
    proof,
    phase: 'deploy',
    fixes: [
      { label: 'Try again', command: 'steadydancer stop' },
      { label: 'End it at https://www.runpod.io/console/pods' },
    ],
  });
}

/** Runpod's API, or why it cannot be asked. */
export async function openedApi(io: Pick<Io, 'env'>): Promise<PodsApi | Failure> {
  try {
    const key = podsKey(io);
    const { openPodsApi } = await import('../pods/api.ts');
    const signal = AbortSignal.timeout(LOOK_MS);
    return openPodsApi({ env: io.env, key, clock: systemClock, signal });
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}
