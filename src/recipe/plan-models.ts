import type { Choices } from '../contract/choices.ts';
import type { PlannedModel } from '../contract/plan.ts';
import { modelFile, modelUrl, neededModels } from './models.ts';
import type { DecidingChoices } from './needed-by.ts';
import type { PresentModel } from './types.ts';

export interface PlannedModels {
  models: (PlannedModel & { id: string })[];
  /** All of them, in bytes; by estimate where the size is not known. */
  allBytes: number;
  missingBytes: number;
}

/** The files of these choices: what is there and what is left to fetch. */
export function planModels(
  choices: DecidingChoices & Pick<Choices, 'placement'>,
  present: readonly PresentModel[],
  hub: string | undefined,
): PlannedModels {
  const place = choices.placement === 'volume' ? 'volume' : 'folder';
  const there = present.filter((one) => (one.place ?? 'folder') === place);
  const models = neededModels(choices).map((model) => ({
    id: model.id,
    file: modelFile(model),
    bytes: model.bytes,
    estimatedBytes: model.estimatedBytes,
    sha256: model.sha256,
    url: modelUrl(model, hub),
    present: there.some(({ id }) => id === model.id),
  }));
  const sum = (of: readonly PlannedModel[]) =>
    of.reduce((bytes, model) => bytes + (model.bytes ?? model.estimatedBytes), 0);
  return {
    models,
    allBytes: sum(models),
    missingBytes: sum(models.filter((model) => !model.present)),
  };
}
