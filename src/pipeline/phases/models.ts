import { dirname } from 'node:path';
import { hubAccess } from '../../models/hub-access.ts';
import { pull } from '../../models/pull.ts';
import type { WantedModel } from '../../models/types.ts';
import { verify } from '../../models/verify.ts';
import { wantedModel } from '../../models/wanted.ts';
import { webOf } from '../../models/web.ts';
import { models as allModels } from '../../recipe/models.ts';
import type { Phase, RunContext } from '../context.ts';
import { ReserveReached } from '../disk-guard.ts';
import { downloadReserve } from '../disk-guard-failure.ts';
import { personPath } from '../person-path.ts';

/** Model files: resolved, downloaded, verified. A recipe without models has nothing to do here. */
export const models: Phase = {
  id: 'models',
  after: ['validate'],
  async satisfied(ctx, signal) {
    const wanted = wantedHere(ctx);
    if (wanted.length === 0) return true;
    // By the plan something is missing: no need to read what is there twice.
    if (ctx.planned.plan.models.some(({ present }) => !present)) return false;
    const files = await verify({ ...common(ctx, signal), models: wanted, thorough: false });
    return files.every(({ state }) => state === 'present');
  },
  async run(ctx, signal) {
    const { planned, ports } = ctx;
    const hub = planned.choices.mirrors?.hub;
    const web = webOf(ports.env);
    ctx.onEnd(() => web.close());
    const space = ctx.disk.guard.begin(['models'], 'download');
    const report = await pull({
      ...common(ctx, AbortSignal.any([signal, space.signal])),
      valve: ctx.valve,
      models: wantedHere(ctx),
      access: hubAccess(ports.env, hub ? { endpoint: hub } : {}),
      web,
    })
      .catch((error) => {
        throw error instanceof ReserveReached ? downloadReserve(ctx, error) : error;
      })
      .finally(space.end);
    if (report.failure) throw report.failure;
  },
};

/** None where another machine will fetch them: the plan then has no such step. */
function wantedHere({ planned }: RunContext): WantedModel[] {
  if (!planned.steps.some(({ phase }) => phase === 'models')) return [];
  const ids = new Set(planned.plan.models.map(({ id }) => id));
  return allModels()
    .filter(({ id }) => ids.has(id))
    .map(wantedModel);
}

function common(ctx: RunContext, signal: AbortSignal) {
  return {
    folder: personPath(ctx.planned.choices.modelsDir, ctx.machine.host, ctx.request.cwd),
    clock: ctx.ports.clock,
    emit: ctx.emit,
    signal,
    stateDir: dirname(ctx.runsDir),
  };
}
