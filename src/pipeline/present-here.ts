import type Docker from 'dockerode';
import type { ResolvedChoices } from '../contract/choices.ts';
import { MODELS_VOLUME } from '../launch/recipe-mounts.ts';
import { foundModels } from '../models/found-models.ts';
import { presentModels } from '../models/present-models.ts';
import { usualPlaces } from '../models/reuse.ts';
import { VolumeRecord } from '../models/volume-record.ts';
import { wantedModel } from '../models/wanted.ts';
import { models } from '../recipe/models.ts';
import type { PresentModel } from '../recipe/types.ts';

export interface PresentInput {
  choices: ResolvedChoices;
  modelsDir: string;
  stateDir: string;
  /** Where else to look: the usual places, and those that a person named. */
  reuseFrom: readonly string[];
  /** Null where no engine is ready. */
  docker: Docker | null;
  signal: AbortSignal;
}

/** Which models need not be fetched, wherever they are: in the folder, found elsewhere, in the volume. */
export async function presentHere(input: PresentInput): Promise<PresentModel[]> {
  const { choices, modelsDir, stateDir } = input;
  if (choices.recipe !== 'steadydancer') return [];
  const all = models().map((model) => ({
    ...wantedModel(model),
    estimatedBytes: model.estimatedBytes,
  }));
  const [own, inVolume] = await Promise.all([
    presentModels(modelsDir, all, stateDir),
    volumeCreatedAt(input.docker).then((createdAt) =>
      createdAt === null ? [] : new VolumeRecord(MODELS_VOLUME, stateDir).present(createdAt, all),
    ),
  ]);
  const ids = new Set(own.map(({ id }) => id));
  const rest = all.filter(({ id }) => !ids.has(id));
  const found = await foundModels(modelsDir, rest, input.reuseFrom, input.signal);
  return [
    ...own,
    ...found.map(({ elsewhere, ...one }) => ({
      ...one,
      ...(elsewhere ? { elsewhere: true } : {}),
    })),
    ...inVolume.map(({ id, file, bytes }) => ({
      ...{ id, bytes, path: `${MODELS_VOLUME}:${file}`, place: 'volume' as const },
    })),
  ];
}

/** The places to look in for models: as `models pull` does, and what the choices name. */
export function reusePlaces(
  { reuseFrom = [] }: Pick<ResolvedChoices, 'reuseFrom'>,
  env: NodeJS.ProcessEnv,
  home: string,
  absolute: (path: string) => string,
): string[] {
  return [...reuseFrom.map(absolute), ...usualPlaces(env, home)];
}

async function volumeCreatedAt(docker: Docker | null): Promise<string | null> {
  const found = await docker
    ?.getVolume(MODELS_VOLUME)
    .inspect()
    .catch(() => null);
  return (found as { CreatedAt?: string } | null | undefined)?.CreatedAt ?? null;
}
