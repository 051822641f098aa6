import type Docker from 'dockerode';
import { labels } from '../contract/ids.ts';
import { engineStatus } from './refusals.ts';

/** What to do about a container that has the name that is wanted. */
export type NameDecision =
  | { do: 'create' }
  /** Runs, of the same plan: looked at, then left as it is. */
  | { do: 'reuse' }
  /** Ended cleanly or was never started, of the same plan. */
  | { do: 'start-again' }
  /** Ours, of another plan or in no state to be used: stopped and removed. */
  | { do: 'replace' }
  /** Ours and it failed: renamed, so that its log stays. */
  | { do: 'keep-aside' }
  /** Somebody else's: never touched. */
  | { do: 'refuse' };

export type NamedContainer = Pick<Docker.ContainerInspectInfo, 'Id' | 'Image' | 'State' | 'Config'>;

/**
 * Pure: what the container is decides, its name alone proves nothing.
 * @param imageId `sha256:…` of the image that is wanted: a plan can be built again (`--no-cache`)
 */
export function decideName(
  found: NamedContainer | null,
  planDigest: string,
  imageId?: string,
): NameDecision {
  if (!found) return { do: 'create' };
  const own = found.Config.Labels ?? {};
  // Not the role: a container that a person started from our image has that from the image.
  if (!(labels.run in own)) return { do: 'refuse' };
  const { State: state } = found;
  if (!state.Running && looksFailed(state)) return { do: 'keep-aside' };
  if (own[labels.plan] !== planDigest) return { do: 'replace' };
  if (imageId !== undefined && found.Image !== imageId) return { do: 'replace' };
  if (state.Paused || state.Restarting || state.Dead) return { do: 'replace' };
  return state.Running ? { do: 'reuse' } : { do: 'start-again' };
}

/** Ends that a stop makes: 0, SIGINT, SIGKILL after the stop's patience, SIGTERM. */
const STOPPED = [0, 130, 137, 143];

/** True for a container that ended by itself; one that never started has nothing to tell. */
export function looksFailed(state: NamedContainer['State']): boolean {
  if (state.Status === 'created') return false;
  return state.OOMKilled || !STOPPED.includes(state.ExitCode);
}

/** The container of exactly this name, null when there is none. */
export async function findNamed(
  docker: Docker,
  name: string,
): Promise<Docker.ContainerInspectInfo | null> {
  try {
    const info = await docker.getContainer(name).inspect();
    // The engine also takes the beginning of an id here.
    return info.Name === `/${name}` ? info : null;
  } catch (error) {
    if (engineStatus(error) === 404) return null;
    throw error;
  }
}

/** Moment before which everything that a container said belongs to an earlier life of it. */
export function earlierLife(info: Pick<Docker.ContainerInspectInfo, 'State'>): string | undefined {
  const { FinishedAt } = info.State;
  // The zero time of Go: it never ended.
  return FinishedAt.startsWith('0001-') ? undefined : FinishedAt;
}
