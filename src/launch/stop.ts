import type Docker from 'dockerode';
import { ourContainers } from '../machine/inventory.ts';
import type { InventoryContainer } from '../machine/types.ts';
import { engineStatus } from './refusals.ts';

const STOP_PATIENCE_S = 10;
const GOING_ON = ['running', 'paused', 'restarting'];

/**
 * Stops our running containers, of one profile or all. They stay, with their logs; nothing that is
 * not ours by label is touched.
 */
export async function stopContainers(
  docker: Docker,
  { profile }: { profile?: string } = {},
): Promise<{ id: string; name: string }[]> {
  const all = await ourContainers(docker);
  const meant = all.filter(
    (container) =>
      GOING_ON.includes(container.state) &&
      (profile === undefined || belongsTo(container, profile)),
  );
  await Promise.all(meant.map(({ id }) => stopOne(docker, id)));
  return meant.map(({ id, name }) => ({ id, name }));
}

/** By its label; a container that was started without a profile is known by its name. */
export function belongsTo(container: InventoryContainer, profile: string): boolean {
  return container.profile === profile || container.name === `steadydancer-${profile}`;
}

async function stopOne(docker: Docker, id: string): Promise<void> {
  try {
    await docker.getContainer(id).stop({ t: STOP_PATIENCE_S });
  } catch (error) {
    // It ended (304) or went (404) by itself meanwhile.
    if (![304, 404].includes(engineStatus(error) ?? 0)) throw error;
  }
}
