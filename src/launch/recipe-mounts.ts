import { resolve } from 'node:path';
import type { ResolvedChoices } from '../contract/choices.ts';
import { expandHome } from '../ports/expand-home.ts';
import type { ContainerMount } from './mounts.ts';

/** Volume that holds the models under `placement: volume`. */
export const MODELS_VOLUME = 'steadydancer-models';

type Folders = Pick<
  ResolvedChoices,
  'recipe' | 'outputDir' | 'inputDir' | 'modelsDir' | 'placement'
>;

/**
 * Folders of the person inside the container, by recipe. Pure.
 * @param home the person's home, which `~` stands for
 * @param cwd where relative paths start
 */
export function recipeMounts(choices: Folders, home: string, cwd: string): ContainerMount[] {
  const { recipe, outputDir, inputDir, modelsDir, placement } = choices;
  const folder = (path: string, target: string): ContainerMount => ({
    kind: 'folder',
    source: resolve(cwd, expandHome(path, home)),
    target,
    readOnly: false,
  });
  const models = '/opt/ComfyUI/models';
  switch (recipe) {
    case 'rehearsal':
      return [folder(outputDir, '/output'), folder(inputDir, '/input')];
    case 'steadydancer':
    case 'custom':
      return [
        folder(outputDir, '/opt/ComfyUI/output'),
        folder(inputDir, '/opt/ComfyUI/input'),
        ...(placement === 'baked'
          ? []
          : [
              placement === 'volume'
                ? {
                    kind: 'volume' as const,
                    source: MODELS_VOLUME,
                    target: models,
                    readOnly: false,
                  }
                : folder(modelsDir, models),
            ]),
      ];
    default:
      return recipe satisfies never;
  }
}
