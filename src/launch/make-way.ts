import type Docker from 'dockerode';
import type { Emit } from '../contract/events.ts';
import { Failure } from '../contract/failure.ts';
import { type ExtraModel, hasExtraModels } from './extra-models.ts';
import { decideName, findNamed } from './named-container.ts';
import { type Aside, setAside, takeBack } from './set-aside.ts';

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

/** Who had the name: one to use, or one that was set aside and comes back if the new one does not run. */
export type Way =
  | { kind: 'there'; info: Docker.ContainerInspectInfo; running: boolean }
  | { kind: 'aside'; aside: Aside };

/**
 * Looks who has the name. Gives the container of the same plan, when there is one to use; anything
 * else of ours is out of the way afterwards: set aside, or renamed when its log tells of a failure.
 * @throws Failure `container-name-taken` when it is not ours
 */
export async function makeWay(
  { name, planDigest, imageId, extraModels = [] }: Wanted,
  { docker, emit }: MakeWayPorts,
): Promise<Way | null> {
  let info = await findNamed(docker, name);
  if (!info) {
    await takeBack(docker, name);
    info = await findNamed(docker, name);
  }
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
      return { kind: 'there', info, running: true };
    case 'start-again':
      return { kind: 'there', info, running: false };
    case 'replace': {
      const text = lacks
        ? `Container ${name} has other models than were found now; it is replaced.`
        : `Container ${name} is of another plan or image; it is replaced.`;
      emit({ type: 'note', level: 'info', text });
      return { kind: 'aside', aside: await setAside(info, name, { docker, emit }) };
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
