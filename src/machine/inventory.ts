import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { labels } from '../contract/ids.ts';
import { type KnownRun, knownRuns } from '../runner/live-runs.ts';
import { runFiles } from '../runner/run-record.ts';
import type { Inventory, InventoryContainer, InventoryImage, InventoryRun } from './types.ts';

/**
 * What earlier runs left behind: containers, images and volumes by label, runs by their record and
 * their process. Nothing is taken from memory of our own, so that a killed run is found too.
 * @param docker null when there is no engine: then only runs are seen
 * @throws what the engine answers when it does not answer the questions
 */
export async function inventory({
  docker,
  runsDir,
}: {
  docker: Docker | null;
  runsDir: string;
}): Promise<Inventory> {
  const [containers, images, volumes, runs] = await Promise.all([
    docker ? ourContainers(docker) : [],
    docker ? ourImages(docker) : [],
    docker ? ourVolumes(docker) : [],
    knownRuns(runsDir).then((known) => Promise.all(known.map(inventoryRun))),
  ]);
  return { containers, images, volumes, runs };
}

/** Our containers, running or not, the newest first. */
export async function ourContainers(docker: Docker): Promise<InventoryContainer[]> {
  const found = await docker.listContainers({ all: true, filters: { label: [labels.role] } });
  return found.map((container) => ({
    id: container.Id,
    name: (container.Names[0] ?? container.Id).replace(/^\//, ''),
    state: container.State,
    image: container.Image,
    imageId: container.ImageID,
    run: labelOf(container.Labels, labels.run),
    plan: labelOf(container.Labels, labels.plan),
    profile: labelOf(container.Labels, labels.profile),
    role: container.Labels[labels.role] ?? '',
    // A port that is exposed and not published has no public side.
    ports: container.Ports.filter((port) => port.PublicPort !== undefined).map((port) => ({
      host: port.IP,
      hostPort: port.PublicPort,
      containerPort: port.PrivatePort,
    })),
  }));
}

async function ourImages(docker: Docker): Promise<InventoryImage[]> {
  const found = await docker.listImages({ filters: JSON.stringify({ label: [labels.plan] }) });
  return found.map((image) => ({
    id: image.Id,
    refs: (image.RepoTags ?? []).filter((ref) => ref !== '<none>:<none>'),
    plan: labelOf(image.Labels ?? {}, labels.plan),
    bytes: image.Size,
  }));
}

async function ourVolumes(docker: Docker): Promise<Inventory['volumes']> {
  const { Volumes } = await docker.listVolumes({
    filters: JSON.stringify({ label: [labels.role] }),
  });
  return (Volumes ?? []).map((volume) => ({
    name: volume.Name,
    profile: labelOf(volume.Labels ?? {}, labels.profile),
  }));
}

function labelOf(given: Record<string, string>, name: string): string | null {
  return given[name] || null;
}

async function inventoryRun({ dir, record, live }: KnownRun): Promise<InventoryRun> {
  const finished = await endsWithResult(join(dir, runFiles.events));
  // A run that wrote its result is over, also while its process is still on its way out.
  const state = finished ? 'finished' : live ? 'running' : 'dead';
  return { id: record.id, dir, pid: record.pid, state };
}

const STEP_BYTES = 64 * 1024;

/** True when the last whole line of a journal is its result. Reads from the end. */
export async function endsWithResult(journal: string): Promise<boolean> {
  const file = await open(journal, 'r').catch(() => null);
  if (!file) return false;
  try {
    let from = (await file.stat()).size;
    let text = Buffer.alloc(0);
    while (from > 0) {
      const step = Math.min(STEP_BYTES, from);
      from -= step;
      const { buffer } = await file.read(Buffer.alloc(step), 0, step, from);
      text = Buffer.concat([buffer, text]);
      const last = lastLine(text, from === 0);
      if (last !== null) return isResult(last);
    }
    return false;
  } finally {
    await file.close();
  }
}

/** The last line that has an end; null while its beginning is not yet in the buffer. */
function lastLine(text: Buffer, whole: boolean): string | null {
  const end = text.lastIndexOf(0x0a);
  if (end < 0) return whole ? '' : null;
  const start = end === 0 ? -1 : text.lastIndexOf(0x0a, end - 1);
  if (start < 0 && !whole) return null;
  return text.subarray(start + 1, end).toString();
}

function isResult(line: string): boolean {
  try {
    return (JSON.parse(line) as { type?: unknown }).type === 'result';
  } catch {
    return false;
  }
}
