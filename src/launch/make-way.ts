import type Docker from 'dockerode';
import type { Emit } from '../contract/events.ts';
import { Failure } from '../contract/failure.ts';
import { type ExtraModel, hasExtraModels } from './extra-models.ts';
import { decideName, findNamed } from './named-container.ts';

export interface MakeWayPorts {
  docker: Docker;
  emit: Emit;
}

interface Wanted {
  name: string;
  planDigest: string;
  imageId?: string;
  /** Models outside the models folder that it is to have. */
  extraModels?: readonly ExtraModel[];
}

const STOP_PATIENCE_S = 10;

/**
 * Looks who has the name. Gives the container of the same plan, when there is one to use; anything
 * else of ours is out of the way afterwards: removed, or renamed when its log tells of a failure.
 * @throws Failure `container-name-taken` when it is not ours
 */
export async function makeWay(
  { name, planDigest, imageId, extraModels = [] }: Wanted,
  { docker, emit }: MakeWayPorts,
): Promise<{ info: Docker.ContainerInspectInfo; running: boolean } | null> {
  const info = await findNamed(docker, name);
  const decided = decideName(info, planDigest, imageId);
  const usable = decided.do === 'reuse' || decided.do === 'start-again';
  // Mounts are given when a container is made, and never again.
  const lacks = usable && info !== null && !hasExtraModels(info, extraModels);
  const decision = lacks ? ({ do: 'replace' } as const) : decided;
  if (!info) return null;
  const container = docker.getContainer(info.Id);
  switch (decision.do) {
    case 'create':
      return null;
    case 'reuse':
      return { info, running: true };
    case 'start-again':
      return { info, running: false };
    case 'replace': {
      const text = lacks
        ? `Container ${name} has other models than were found now; it is replaced.`
        : `Container ${name} is of another plan or image; it is replaced.`;
      emit({ type: 'note', level: 'info', text });
      if (info.State.Running) {
        await container.stop({ t: STOP_PATIENCE_S }).catch(() => {});
        emit({ type: 'container', state: 'stopped', id: info.Id, name });
      }
      await container.remove({ force: true });
      emit({ type: 'container', state: 'removed', id: info.Id, name });
      return null;
    }
    case 'keep-aside': {
      const aside = `${name}-failed-${info.Id.slice(0, 6)}`;
      await container.rename({ name: aside });
      const text = `Container ${name} of an earlier try failed; it is kept as ${aside} for its log.`;
      emit({ type: 'note', level: 'info', text });
      return null;
    }
    case 'refuse':
      throw nameTaken(name, info.Config.Image);
    default:
      return decision satisfies never;
  }
}

function nameTaken(name: string, image: string): Failure {
  return new Failure({
    code: 'container-name-taken',
    sentence: `A container named ${name} is here that this program did not make; it is left alone.`,
    proof: `${name}, image ${image}`,
    phase: 'launch',
    fixes: [
      { label: 'Give it another name', command: `docker rename ${name} ${name}-other` },
      { label: 'Use a profile with another name', command: 'steadydancer profiles' },
    ],
  });
}
