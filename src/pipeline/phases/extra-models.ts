import { dirname, join } from 'node:path';
import {
  type ExtraModel,
  extraModelMounts,
  writeExtraModelPaths,
} from '../../launch/extra-models.ts';
import type { ContainerMount } from '../../launch/mounts.ts';
import { Elsewhere } from '../../models/elsewhere.ts';
import { presentModels } from '../../models/present-models.ts';
import type { RunContext } from '../context.ts';
import { modelsAreIn, modelsFolder, wantedOfRun } from '../models-here.ts';

/** Models of this run that are used where they were found; the phase before has looked at them. */
export async function extraModels(ctx: RunContext): Promise<ExtraModel[]> {
  if (ctx.planned.choices.placement === 'baked' || modelsAreIn(ctx) !== 'folder') return [];
  const folder = modelsFolder(ctx);
  const stateDir = dirname(ctx.runsDir);
  const wanted = wantedOfRun(ctx);
  const own = new Set((await presentModels(folder, wanted, stateDir)).map(({ id }) => id));
  const elsewhere = new Elsewhere(folder, stateDir);
  const found = await Promise.all(
    wanted
      .filter(({ id }) => !own.has(id))
      .map(async ({ file }) => ({ file, path: (await elsewhere.find(file))?.path ?? null })),
  );
  return found.flatMap(({ file, path }) => (path === null ? [] : [{ file, path }]));
}

/** Mounts them, and writes the list that ComfyUI reads, under the name of the container. */
export async function extraMounts(
  ctx: RunContext,
  name: string,
  models: readonly ExtraModel[],
): Promise<ContainerMount[]> {
  if (models.length === 0) return [];
  const path = join(dirname(ctx.runsDir), 'extra-model-paths', `${name}.yaml`);
  await writeExtraModelPaths(path, models);
  return extraModelMounts(models, path);
}
