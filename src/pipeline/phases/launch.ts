import { join } from 'node:path';
import type Docker from 'dockerode';
import { fetch } from 'undici';
import { ImportFailures, importFailureWords } from '../../comfyui/import-failures.ts';
import { attentionOfLog } from '../../comfyui/smoke/attention.ts';
import { Failure } from '../../contract/failure.ts';
import { publishedPort, reachable } from '../../launch/address.ts';
import { containerName, containerSpec, type GpuRequest } from '../../launch/container-spec.ts';
import { type ExtraModel, hasExtraModels } from '../../launch/extra-models.ts';
import { prepareMounts } from '../../launch/mounts.ts';
import { decideName, findNamed } from '../../launch/named-container.ts';
import { answers } from '../../launch/ready.ts';
import { launch as bringUp, type LaunchInput } from '../../launch/start.ts';
import { runFiles } from '../../runner/run-record.ts';
import type { Phase, RunContext } from '../context.ts';
import { containerGpu } from './container-gpu.ts';
import { containerMounts } from './container-mounts.ts';
import { engineOf } from './engine-of.ts';
import { extraModels, extraMounts } from './extra-models.ts';

/** The container runs and its server answers. */
export const launch: Phase = {
  id: 'launch',
  after: ['image'],
  async satisfied(ctx, signal) {
    const { docker } = engineOf(ctx);
    const info = await findNamed(docker, nameOf(ctx));
    if (!info || decideName(info, ctx.planned.plan.planDigest).do !== 'reuse') return false;
    // Built again under the same plan: the container is of the image that was.
    if (info.Image !== ctx.facts.image?.id) return false;
    if (!hasExtraModels(info, await extraModels(ctx))) return false;
    const port = publishedPort(info);
    if (port === null) return false;
    const url = `http://${reachable(ctx.planned.choices.listen)}:${port}`;
    if (!(await answers({ url, fetch, signal }))) return false;
    ctx.emit({ type: 'container', state: 'reused', id: info.Id, name: nameOf(ctx) });
    remember(ctx, info, url);
    return true;
  },
  async run(ctx, signal) {
    const gpu = containerGpu(ctx);
    try {
      await start(ctx, gpu, signal);
    } catch (error) {
      if (!gpu || !canDoWithout(ctx, error)) throw error;
      // A rehearsal is there to find this out.
      goWithoutGpu(ctx, error.message);
      ctx.emit({ type: 'diagnosis', diagnosis: error.toDiagnosis() });
      await start(ctx, null, signal);
    }
  },
};

function canDoWithout({ planned }: RunContext, error: unknown): error is Failure {
  const noGpu = error instanceof Failure && error.code === 'container-gpu-unavailable';
  return noGpu && !planned.needsGpu;
}

async function start(ctx: RunContext, gpu: GpuRequest | null, signal: AbortSignal): Promise<void> {
  const { docker } = engineOf(ctx);
  const { host } = ctx.machine;
  const extra = await extraModels(ctx);
  const mounts = [...containerMounts(ctx), ...(await extraMounts(ctx, nameOf(ctx), extra))];
  await prepareMounts(mounts, { owner: host, docker, profile: ctx.request.profile });
  const launched = await bringUp(
    launchInput(ctx, gpu, mounts, extra),
    { docker, clock: ctx.ports.clock, fetch, emit: ctx.emit, ask: ctx.ask },
    signal,
  );
  remember(ctx, await docker.getContainer(launched.id).inspect(), launched.url);
  ctx.onEnd(() => launched.stopFollowing());
}

function launchInput(
  ctx: RunContext,
  gpu: GpuRequest | null,
  mounts: ReturnType<typeof containerMounts>,
  extra: readonly ExtraModel[],
): LaunchInput {
  const { planned, request, machine, facts, runDir } = ctx;
  const { choices, plan } = planned;
  const { facts: engine } = engineOf(ctx);
  if (!facts.image) throw new Error('launch comes after image');
  const imageId = facts.image.id;
  const failures = new ImportFailures();
  return {
    name: nameOf(ctx),
    planDigest: plan.planDigest,
    spec: (port) =>
      containerSpec({
        choices,
        imageRef: imageId,
        profile: request.profile,
        runId: request.runId,
        planDigest: plan.planDigest,
        role: choices.recipe === 'steadydancer' ? 'comfyui' : choices.recipe,
        host: machine.host,
        engine,
        gpu,
        port,
        listen: choices.listen,
        mounts,
        env: {},
      }),
    extraModels: extra,
    port: choices.port,
    listen: choices.listen,
    local: !engine.endpoint.remote,
    needsLine: choices.recipe !== 'custom',
    logFile: join(runDir, runFiles.containerLog),
    onLine: (line) => {
      const attention = attentionOfLog(line);
      if (attention) facts.serverAttention = attention;
      const failed = failures.read(line);
      if (!failed) return;
      facts.importFailures = failures.all;
      ctx.emit({ type: 'note', level: 'warn', text: importFailureWords(failed) });
    },
  };
}

function nameOf({ request, planned }: RunContext): string {
  return containerName(request.profile, planned.choices.recipe);
}

function remember(ctx: RunContext, info: Docker.ContainerInspectInfo, url: string): void {
  const name = info.Name.replace(/^\//, '');
  const { Status: state, StartedAt: startedAt } = info.State;
  ctx.facts.container = { id: info.Id, name, state, startedAt };
  ctx.facts.url = url;
  const wanted = !ctx.planned.needsGpu && containerGpu(ctx) !== null;
  if (wanted && !hasGpu(info.HostConfig)) {
    goWithoutGpu(ctx, `Container ${name} was made without a GPU; removed, it is made with one.`);
  }
}

/** What a rehearsal does where containers get no GPU: it still shows the rest. Said once. */
function goWithoutGpu(ctx: RunContext, why: string): void {
  if (ctx.facts.built.gpu === 'none') return;
  ctx.emit({ type: 'fallback', what: 'gpu', from: 'GPU in the container', to: 'none', why });
  ctx.facts.built.gpu = 'none';
}

/** Asked for by one of the three ways of gpu-request.ts. */
function hasGpu({ DeviceRequests, Runtime }: Docker.HostConfig): boolean {
  return (DeviceRequests?.length ?? 0) > 0 || Runtime === 'nvidia';
}
