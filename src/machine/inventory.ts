import { join } from 'node:path';
import type Docker from 'dockerode';
import { labels } from '../contract/ids.ts';
import { endsWithResult } from '../runner/journal-end.ts';
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

/**
 * Our containers, running or not, the newest first. By the label that only we give to containers:
 * role and plan are also on images, and so on whatever a person starts from them.
 */
export async function ourContainers(docker: Docker): Promise<InventoryContainer[]> {
  const found = await docker.listContainers({ all: true, filters: { label: [labels.run] } });
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
  return { id: record.id, recipe: record.recipe, dir, pid: record.pid, state };
}
