import { dirname } from 'node:path';
import { extraAuthorities } from '../../models/authorities.ts';
import { hubAccess } from '../../models/hub-access.ts';
import { type PullReport, pull } from '../../models/pull.ts';
import { ModelsVolume } from '../../models/sidecar/volume.ts';
import type { ModelOutcome } from '../../models/types.ts';
import { verify } from '../../models/verify.ts';
import { VolumeRecord } from '../../models/volume-record.ts';
import { webWith } from '../../models/web.ts';
import type { Phase, RunContext } from '../context.ts';
import { ReserveReached } from '../disk-guard.ts';
import { downloadReserve } from '../disk-guard-failure.ts';
import { modelsAreIn, modelsFolder, sidecarWorld, wantedOfRun } from '../models-here.ts';
import { personPath } from '../person-path.ts';
import { reusePlaces } from '../present-here.ts';
import { MODELS_VOLUME } from './container-mounts.ts';

/** Model files: resolved, downloaded, verified. A recipe without models has nothing to do here. */
export const models: Phase = {
  id: 'models',
  after: ['validate'],
  async satisfied(ctx, signal) {
    if (wantedOfRun(ctx).length === 0) return true;
    // By the plan something is missing: no need to read what is there twice.
    if (ctx.planned.plan.models.some(({ present }) => !present)) return false;
    const files = await look(ctx, signal);
    return files.every(({ state }) => state === 'present');
  },
  async run(ctx, signal) {
    const place = modelsAreIn(ctx) === 'volume' ? 'docker' : 'models';
    const space = ctx.disk.guard.begin([place], 'download');
    const both = AbortSignal.any([signal, space.signal]);
    const bring = place === 'docker' ? bringIntoVolume : bringIntoFolder;
    const report = await bring(ctx, both)
      .catch((error) => {
        throw error instanceof ReserveReached ? downloadReserve(ctx, error) : error;
      })
      .finally(space.end);
    if (report.failure) throw report.failure;
  },
};

async function look(ctx: RunContext, signal: AbortSignal): Promise<ModelOutcome[]> {
  const wanted = wantedOfRun(ctx);
  if (modelsAreIn(ctx) === 'folder') {
    return verify({ ...folderOf(ctx, signal), models: wanted, thorough: false });
  }
  const volume = new ModelsVolume(MODELS_VOLUME, await sidecarWorld(ctx, signal));
  const files = await volume.verify(wanted, false, ctx.emit);
  await remember(ctx, volume, files);
  return files;
}

async function bringIntoFolder(ctx: RunContext, signal: AbortSignal): Promise<PullReport> {
  const { planned, machine, ports, request } = ctx;
  const { choices, steps } = planned;
  const web = webWith(ports.env, extraAuthorities(ports.env));
  ctx.onEnd(() => web.close());
  const launch = steps.find(({ phase }) => phase === 'launch');
  return pull({
    ...folderOf(ctx, signal),
    valve: ctx.valve,
    models: wantedOfRun(ctx),
    access: accessOf(ctx),
    reuseFrom: reusePlaces(choices, ports.env, machine.host.home, (path) =>
      personPath(path, machine.host, request.cwd),
    ),
    // A container that does not wait for us would start without them.
    mayMount: choices.placement === 'baked' || !launch || launch.after.includes('models'),
    web,
  });
}

async function bringIntoVolume(ctx: RunContext, signal: AbortSignal): Promise<PullReport> {
  const { env } = ctx.ports;
  const volume = new ModelsVolume(MODELS_VOLUME, await sidecarWorld(ctx, signal));
  const report = await volume.pull({
    models: wantedOfRun(ctx),
    access: accessOf(ctx),
    env,
    authorities: extraAuthorities(env),
    emit: ctx.emit,
    valve: ctx.valve,
  });
  await remember(ctx, volume, report.files);
  return report;
}

async function remember(
  ctx: RunContext,
  volume: ModelsVolume,
  files: readonly ModelOutcome[],
): Promise<void> {
  const createdAt = await volume.createdAt();
  if (createdAt === null) return;
  await new VolumeRecord(volume.name, dirname(ctx.runsDir)).note(createdAt, files);
}

function accessOf({ planned, ports }: RunContext) {
  const hub = planned.choices.mirrors?.hub;
  return hubAccess(ports.env, hub ? { endpoint: hub } : {});
}

function folderOf(ctx: RunContext, signal: AbortSignal) {
  const { emit, ports, runsDir } = ctx;
  const stateDir = dirname(runsDir);
  return { folder: modelsFolder(ctx), clock: ports.clock, emit, signal, stateDir };
}
