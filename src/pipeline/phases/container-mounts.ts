import type { ContainerMount } from '../../launch/mounts.ts';
import type { RunContext } from '../context.ts';
import { personPath } from '../person-path.ts';

/** Volume that holds the models under `placement: volume`. */
export const MODELS_VOLUME = 'steadydancer-models';

/** Folders of the person inside the container, by recipe. */
export function containerMounts(ctx: RunContext): ContainerMount[] {
  const { recipe, outputDir, inputDir, modelsDir, placement } = ctx.planned.choices;
  const folder = (path: string, target: string): ContainerMount => ({
    kind: 'folder',
    source: personPath(path, ctx.machine.host, ctx.request.cwd),
    target,
    readOnly: false,
  });
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
                    target: '/opt/ComfyUI/models',
                    readOnly: false,
                  }
                : folder(modelsDir, '/opt/ComfyUI/models'),
            ]),
      ];
    default:
      return recipe satisfies never;
  }
}
