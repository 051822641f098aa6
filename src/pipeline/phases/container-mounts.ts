import { join, resolve } from 'node:path';
import type { ContainerMount } from '../../launch/mounts.ts';
import type { RunContext } from '../context.ts';

/** Volume that holds the models under `placement: volume`. */
export const MODELS_VOLUME = 'steadydancer-models';

/** Folders of the person inside the container, by recipe. */
export function containerMounts(ctx: RunContext): ContainerMount[] {
  const { recipe, outputDir, inputDir, modelsDir, placement } = ctx.planned.choices;
  const folder = (path: string, target: string): ContainerMount => ({
    kind: 'folder',
    source: personPath(path, ctx),
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

/** `~` is the person's home, also under sudo; other paths start where the command was given. */
export function personPath(path: string, { machine, request }: RunContext): string {
  if (path === '~') return machine.host.home;
  if (path.startsWith('~/')) return join(machine.host.home, path.slice(2));
  return resolve(request.cwd, path);
}
