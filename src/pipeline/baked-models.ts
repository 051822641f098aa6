import { dirname } from 'node:path';
import { modelsFailure } from '../models/failures.ts';
import type { ServedModel } from '../models/hub-server.ts';
import { SIDECAR_FOLDER } from '../models/sidecar/protocol.ts';
import { serveToBuild, type ToServe } from '../models/sidecar/serve-build.ts';
import { ModelsVolume } from '../models/sidecar/volume.ts';
import type { ModelOutcome } from '../models/types.ts';
import { verify } from '../models/verify.ts';
import type { Model } from '../recipe/models.ts';
import type { RunContext } from './context.ts';
import {
  modelsAreIn,
  modelsFolder,
  modelsOfRun,
  sidecarWorld,
  wantedOfRun,
} from './models-here.ts';
import { MODELS_VOLUME } from './phases/container-mounts.ts';

/** Files that are found elsewhere are in the server's container one by one. */
const ELSEWHERE = '/elsewhere';

/**
 * Builds with the models at hand where they are to be in the image: the verified files are served
 * at the address that `HUB_MIRROR` names, so nothing is downloaded twice and no token goes in.
 */
export async function withBakedModels<T>(
  ctx: RunContext,
  signal: AbortSignal,
  build: (args: Record<string, string>) => Promise<T>,
): Promise<T> {
  if (ctx.planned.choices.placement !== 'baked' || modelsOfRun(ctx).length === 0) return build({});
  const world = await sidecarWorld(ctx, signal);
  const volume = modelsAreIn(ctx) === 'volume' ? new ModelsVolume(MODELS_VOLUME, world) : null;
  const wanted = wantedOfRun(ctx);
  const files = volume
    ? await volume.verify(wanted, false, () => undefined)
    : await verify({
        folder: modelsFolder(ctx),
        models: wanted,
        clock: ctx.ports.clock,
        emit: () => undefined,
        signal,
        stateDir: dirname(ctx.runsDir),
        thorough: false,
      });
  const hub = await serveToBuild(
    toServe(modelsOfRun(ctx), files, volume ? null : modelsFolder(ctx)),
    world,
  );
  try {
    return await build({ HUB_MIRROR: hub.url });
  } finally {
    await hub.close();
  }
}

/** @param folder null: the files are in the volume */
function toServe(
  models: readonly Model[],
  files: readonly ModelOutcome[],
  folder: string | null,
): ToServe {
  const served = files.map((file) => ({ file, model: modelOf(models, file) }));
  const mounts: ToServe['mounts'][number][] = [
    {
      kind: folder === null ? 'volume' : 'folder',
      source: folder ?? MODELS_VOLUME,
      target: SIDECAR_FOLDER,
      readOnly: true,
    },
  ];
  const inContainer: ServedModel[] = [];
  const here: ServedModel[] = [];
  for (const { file, model } of served) {
    const { bytes, sha256, path } = file;
    if (bytes === null || sha256 === null || path === null) throw missing(file.file);
    const at = { repo: model.repo, path: model.path, bytes, sha256 };
    here.push({ ...at, local: path });
    if (file.mount === null) {
      inContainer.push({ ...at, local: `${SIDECAR_FOLDER}/${file.file}` });
      continue;
    }
    const target = `${ELSEWHERE}/${mounts.length}`;
    mounts.push({ kind: 'file', source: path, target, readOnly: true });
    inContainer.push({ ...at, local: target });
  }
  return { inContainer, mounts, here: folder === null ? null : here };
}

function modelOf(models: readonly Model[], { id }: ModelOutcome): Model {
  const model = models.find((one) => one.id === id);
  if (!model) throw new Error(`${id} is no model of this run`);
  return model;
}

function missing(file: string) {
  return modelsFailure(
    'models-not-there',
    `${file} is to be in the image, and is not there any more.`,
    { proof: file, fixes: [{ label: 'Fetch it again', command: 'steadydancer run' }] },
  );
}
