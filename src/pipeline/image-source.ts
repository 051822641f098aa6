import type Docker from 'dockerode';
import { imageFile, imageFileLabels } from '../build/image-file.ts';
import type { Choices } from '../contract/choices.ts';
import { Failure } from '../contract/failure.ts';
import { labels } from '../contract/ids.ts';
import type { Host } from '../machine/types.ts';
import { type ImageRecipe, type ImageSource, namesFile } from '../recipe/image-source.ts';
import { personPath } from './person-path.ts';

/** Title that docker/Dockerfile gives its image, whoever builds it. */
const TITLE = ['org.opencontainers.image.title', 'ComfyUI with SteadyDancer'] as const;

/** Looks at the image that was named, in the engine or on the disk; null where one is built. */
export async function lookAtImage(
  { image }: Choices,
  docker: Docker | null,
  host: Pick<Host, 'home'>,
  cwd: string,
): Promise<ImageSource | null> {
  if (image === undefined) return null;
  if (!namesFile(image)) return named(image, docker);
  const path = personPath(image, host, cwd);
  try {
    const file = await imageFile(path);
    const seen = await imageFileLabels(file);
    return {
      kind: 'file',
      path,
      bytes: file.bytes,
      mtimeMs: file.mtimeMs,
      compressed: file.packing !== 'tar',
      recipe: seen && recipeOf(seen),
      problem: null,
    };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const nothing = { bytes: 0, mtimeMs: 0, compressed: false, recipe: null };
    return { kind: 'file', path, ...nothing, problem: error };
  }
}

async function named(image: string, docker: Docker | null): Promise<ImageSource> {
  const info = await docker
    ?.getImage(image)
    .inspect()
    .catch(() => null);
  if (!info) return { kind: 'named', present: false, recipe: null };
  return { kind: 'named', present: true, recipe: recipeOf(info.Config?.Labels ?? {}) };
}

function recipeOf(found: Record<string, string>): ImageRecipe {
  const role = found[labels.role];
  if (role === 'steadydancer' || role === 'rehearsal' || role === 'custom') return role;
  return found[TITLE[0]] === TITLE[1] ? 'steadydancer' : 'other';
}
