import type { Clock } from '../ports/clock.ts';
import type { PodsApi } from './api.ts';
import { ApiProblem } from './api-problem.ts';
import { forgetPod, type PodRecord } from './pod-records.ts';

const LOOKS = 10;
const LOOK_AGAIN_MS = 2_000;

/**
 * Ends a pod for good and looks until it is gone; what is on its network volume stays. A record
 * without an id is looked for by its name: it may have been made though no answer came.
 * @returns null when it is certain that nothing of it runs, else what stands in the way
 */
export async function endPod(
  api: PodsApi,
  dir: string,
  record: PodRecord,
  clock: Clock,
): Promise<string | null> {
  try {
    const ids = record.id === null ? await idsByName(api, record.name) : [record.id];
    for (const id of ids) {
      await api.removePod(id);
      if (!(await isGone(api, id, clock))) return 'it was told to end, and is still listed';
    }
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    return `${error.message} (${error.status ?? 'no answer'})`;
  }
  await forgetPod(dir, record.name);
  return null;
}

async function idsByName(api: PodsApi, wanted: string): Promise<string[]> {
  const all = await api.pods();
  return all
    .filter(({ name, status }) => name === wanted && status !== 'TERMINATED')
    .map(({ id }) => id);
}

async function isGone(api: PodsApi, id: string, clock: Clock): Promise<boolean> {
  for (let look = 0; look < LOOKS; look += 1) {
    const pod = await api.pod(id);
    if (pod === null || pod.status === 'TERMINATED') return true;
    await clock.sleep(LOOK_AGAIN_MS);
  }
  return false;
}
