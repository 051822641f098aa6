import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ContainerMount } from './mounts.ts';

/** A model that lies outside the models folder. */
export interface ExtraModel {
  /** Path on this machine. */
  path: string;
  /** The name by which workflows ask for it, relative to the models folder, with `/`. */
  file: string;
}

/** Where such files are in the container, under their own names. */
export const EXTRA_MODELS = '/mnt/models';
/** main.py loads it from beside itself, without a flag (ComfyUI main.py, apply_custom_paths). */
const CONFIG = '/opt/ComfyUI/extra_model_paths.yaml';

/**
 * Each file alone, read-only, under the name that workflows ask for: a found file may be called
 * otherwise (the hub's cache names its blobs by hash), and what lies beside it is nobody's business.
 */
export function extraModelMounts(
  models: readonly ExtraModel[],
  configPath: string,
): ContainerMount[] {
  if (models.length === 0) return [];
  const at = (source: string, target: string): ContainerMount => ({
    ...{ kind: 'file', source, target, readOnly: true },
  });
  return [
    ...models.map(({ path, file }) => at(path, `${EXTRA_MODELS}/${file}`)),
    at(configPath, CONFIG),
  ];
}

/**
 * What ComfyUI reads: for each kind of model (the first folder of its name) where more of them are
 * (utils/extra_config.py: a base path, then folders below it by kind).
 */
export function extraModelPaths(models: readonly ExtraModel[]): string {
  const kinds = [...new Set(models.map(({ file }) => file.split('/')[0] ?? ''))].sort();
  return [
    '# Written by steadydancer at each start: models that are used where they were found.',
    'steadydancer:',
    `  base_path: ${EXTRA_MODELS}`,
    ...kinds.map((kind) => `  ${kind}: ${kind}`),
    '',
  ].join('\n');
}

/** @throws ErrnoException */
export async function writeExtraModelPaths(
  configPath: string,
  models: readonly ExtraModel[],
): Promise<void> {
  await mkdir(dirname(configPath), { recursive: true });
  const fresh = `${configPath}.new`;
  // Readable for whoever the container runs as.
  await writeFile(fresh, extraModelPaths(models), { mode: 0o644 });
  await rename(fresh, configPath);
}

/** A container has just those files, and no other. */
export function hasExtraModels(
  { Mounts: mounts }: { Mounts: readonly { Source: string; Destination: string }[] },
  models: readonly ExtraModel[],
): boolean {
  const given = mounts.filter(({ Destination }) => Destination.startsWith(`${EXTRA_MODELS}/`));
  const wanted = new Map(models.map(({ file, path }) => [`${EXTRA_MODELS}/${file}`, path]));
  return (
    given.length === wanted.size &&
    given.every(({ Destination, Source }) => wanted.get(Destination) === Source)
  );
}
