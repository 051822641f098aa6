import type { ContainerMount } from '../../launch/mounts.ts';
import { recipeMounts } from '../../launch/recipe-mounts.ts';
import type { RunContext } from '../context.ts';

export { MODELS_VOLUME } from '../../launch/recipe-mounts.ts';

/** Folders of the person inside the container, by recipe. */
export function containerMounts({ planned, machine, request }: RunContext): ContainerMount[] {
  return recipeMounts(planned.choices, machine.host.home, request.cwd);
}
