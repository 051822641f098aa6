import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import type { CleanItem, CleanKind } from '../../contract/clean.ts';
import { readResult } from '../../pipeline/history.ts';
import { knownRuns } from '../../runner/live-runs.ts';
import { type EngineUsage, engineUsage } from './engine-usage.ts';
import { removableCache, removableContainers, removableImages } from './removable.ts';
import { removableContexts, removableRuns } from './removable-runs.ts';

const OUTPUTS = 'outputs';

export interface Removable {
  items: CleanItem[];
  /** Build cache that the last run's retry needs, bytes. */
  keptCacheBytes: number;
}

/**
 * All that could be removed of the given kinds. Looks only. Build cache of a run that goes on, or
 * of a last run that did not end well, is kept: it is what makes the retry short.
 * @param docker null without an engine: then only folders are seen
 * @throws what the engine answers when it does not answer the question
 */
export async function removable(
  docker: Docker | null,
  runsDir: string,
  kinds: readonly CleanKind[],
  timeoutMs?: number,
): Promise<Removable> {
  const wanted = (kind: CleanKind) => kinds.includes(kind);
  const asksEngine = wanted('cache') || wanted('images') || wanted('containers');
  const usage: EngineUsage =
    docker && asksEngine
      ? await engineUsage(docker, timeoutMs)
      : { cache: [], images: [], containers: [] };
  const cache = removableCache(usage.cache, await keepSince(runsDir));
  return {
    items: [
      ...(wanted('cache') ? cache.items : []),
      ...(wanted('images') ? removableImages(usage.images) : []),
      ...(wanted('containers') ? removableContainers(usage.containers) : []),
      ...(wanted('runs') ? await removableRuns(runsDir) : []),
      ...(wanted('contexts') ? await removableContexts(runsDir) : []),
    ],
    keptCacheBytes: cache.keptBytes,
  };
}

/** Since when build cache is somebody's who wants to go on; null when the last run ended well. */
async function keepSince(runsDir: string): Promise<Date | null> {
  const [newest] = await knownRuns(runsDir);
  if (!newest) return null;
  const done = !newest.live && (await readResult(newest.dir))?.ok === true;
  return done ? null : new Date(newest.record.startedAt);
}

export interface Removed {
  removed: CleanItem[];
  failed: { item: CleanItem; why: string }[];
}

/** Removes exactly these, one by one; what does not go is said and stops nothing. */
export async function removeItems(
  docker: Docker | null,
  items: readonly CleanItem[],
  signal: AbortSignal,
): Promise<Removed> {
  const all: Removed = { removed: [], failed: [] };
  const pass = async (list: readonly CleanItem[]): Promise<Removed['failed']> => {
    const failed: Removed['failed'] = [];
    for (const item of list) {
      if (signal.aborted) break;
      try {
        await removeOne(docker, item);
        all.removed.push(item);
      } catch (error) {
        failed.push({ item, why: error instanceof Error ? error.message : String(error) });
      }
    }
    return failed;
  };
  // Containers before the images that they keep.
  const order: CleanKind[] = ['containers', 'images', 'runs', 'contexts'];
  for (const kind of order) all.failed.push(...(await pass(items.filter((i) => i.kind === kind))));
  // A record of build cache goes only after those that stand on it: again while that helps.
  let cache = items.filter(({ kind }) => kind === 'cache');
  for (;;) {
    const failed = await pass(cache);
    if (failed.length === 0 || failed.length === cache.length || signal.aborted) {
      all.failed.push(...failed);
      return all;
    }
    cache = failed.map(({ item }) => item);
  }
}

async function removeOne(docker: Docker | null, { kind, id }: CleanItem): Promise<void> {
  switch (kind) {
    case 'cache':
      return pruneRecord(engine(docker), id);
    case 'images':
      return removeImage(engine(docker), id);
    case 'containers':
      // Without force: one that was started meanwhile stays.
      await engine(docker).getContainer(id).remove();
      return;
    case 'runs':
      return removeRun(id);
    case 'contexts':
      // What says that it is whole goes first.
      await rm(`${id}.stamp`, { force: true });
      await rm(id, { recursive: true, force: true });
      return;
    default:
      return kind satisfies never;
  }
}

/** A run's folder without its test videos: outputs are never removed. */
async function removeRun(dir: string): Promise<void> {
  const outputs = await readdir(join(dir, OUTPUTS)).catch(() => []);
  if (outputs.length === 0) return rm(dir, { recursive: true, force: true });
  for (const name of await readdir(dir)) {
    if (name !== OUTPUTS) await rm(join(dir, name), { recursive: true, force: true });
  }
}

function engine(docker: Docker | null): Docker {
  if (!docker) throw new Error('there is no engine');
  return docker;
}

/** POST /build/prune with one record's id (moby api/swagger.yaml); dockerode passes no filters on. */
async function pruneRecord(docker: Docker, id: string): Promise<void> {
  const answer = await new Promise<{ CachesDeleted?: string[] | null }>((resolve, reject) => {
    docker.modem.dial(
      {
        path: '/build/prune?',
        method: 'POST',
        options: { all: true, filters: JSON.stringify({ id: { [id]: true } }) },
        statusCodes: { 200: true, 500: 'server error' },
      },
      (error, data) => (error ? reject(error) : resolve((data ?? {}) as typeof answer)),
    );
  });
  if (!answer.CachesDeleted?.includes(id)) throw new Error('the engine kept it: it is in use');
}

/** By each of its names: by its id the engine refuses one that has several. */
async function removeImage(docker: Docker, id: string): Promise<void> {
  const info = await docker.getImage(id).inspect();
  const tags = info.RepoTags ?? [];
  if (tags.length === 0) await docker.getImage(id).remove();
  for (const tag of tags) await docker.getImage(tag).remove();
}
