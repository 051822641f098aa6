import { chooseBuilder } from '../build/choose-builder.ts';
import { sidecarImage } from '../models/sidecar/image.ts';
import type { SidecarWorld } from '../models/sidecar/volume.ts';
import type { WantedModel } from '../models/types.ts';
import { wantedModel } from '../models/wanted.ts';
import { contextsDir } from '../profiles/places.ts';
import { models as allModels, type Model } from '../recipe/models.ts';
import type { RunContext } from './context.ts';
import { personPath } from './person-path.ts';
import { engineOf } from './phases/engine-of.ts';

/** The models that this run brings; none where another machine fetches them: its plan has no such step. */
export function modelsOfRun({ planned }: Pick<RunContext, 'planned'>): Model[] {
  if (!planned.steps.some(({ phase }) => phase === 'models')) return [];
  const ids = new Set(planned.plan.models.map(({ id }) => id));
  return allModels().filter(({ id }) => ids.has(id));
}

export function wantedOfRun(ctx: Pick<RunContext, 'planned'>): WantedModel[] {
  return modelsOfRun(ctx).map(wantedModel);
}

/** Where they go: an engine elsewhere has no folder of this machine, also for what is to be baked. */
export function modelsAreIn(ctx: RunContext): 'folder' | 'volume' {
  const { placement } = ctx.planned.choices;
  const { remote } = engineOf(ctx).facts.endpoint;
  return placement === 'volume' || (placement === 'baked' && remote) ? 'volume' : 'folder';
}

export function modelsFolder({ planned, machine, request }: RunContext): string {
  return personPath(planned.choices.modelsDir, machine.host, request.cwd);
}

/** The engine with the image of the models sidecar, which is made where it is not there. */
export async function sidecarWorld(ctx: RunContext, signal: AbortSignal): Promise<SidecarWorld> {
  const { docker, facts: engine } = engineOf(ctx);
  const { processes, env, clock } = ctx.ports;
  const forced = ctx.request.builder;
  const imageId = await sidecarImage({
    docker,
    engine,
    builder: chooseBuilder({ engine, processes, docker, env, ...(forced ? { forced } : {}) }),
    contextsDir: contextsDir(ctx.runsDir),
    signal,
  });
  const { host } = ctx.machine;
  return { docker, engine, host, imageId, runId: ctx.request.runId, clock, signal };
}
