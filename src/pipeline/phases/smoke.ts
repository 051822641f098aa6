import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ComfyClient, createComfyClient } from '../../comfyui/client.ts';
import { rehearsalSmoke, type SmokeGraph, steadydancerSmoke } from '../../comfyui/graphs/smoke.ts';
import { readWorkflow } from '../../comfyui/read-workflow.ts';
import { fittingGraph } from '../../comfyui/shipped-graphs.ts';
import type { GpuExpectation, KernelTrial } from '../../comfyui/smoke/context.ts';
import { runSmoke, type SmokeOptions } from '../../comfyui/smoke/run.ts';
import { attentions, type ResolvedChoices } from '../../contract/choices.ts';
import { type SmokeLevelId, smokeLevelIds } from '../../contract/ids.ts';
import type { ResultBody } from '../../contract/result.ts';
import { knownRuns } from '../../runner/live-runs.ts';
import type { Phase, RunContext } from '../context.ts';
import { readResult } from '../history.ts';
import { personPath } from '../person-path.ts';
import { chosenGpu } from './container-gpu.ts';
import { withWayOut } from './full-memory.ts';
import { proveKernelsInside } from './prove-kernels.ts';

/** Levels that need no models: a GPU or a node pack that is missing is told while they are fetched. */
const EARLY: readonly SmokeLevelId[] = ['reachable', 'gpu', 'nodes'];

/** Proof that it works: from `reachable` to a verified file. */
export const smoke: Phase = {
  id: 'smoke',
  after: ['launch', 'models'],
  early: {
    after: ['launch'],
    async run(ctx, signal) {
      if (await passedEarlier(ctx)) return;
      const options = await smokeOptions(ctx, signal);
      const { levels, failure } = await runSmoke({ ...options, levels: EARLY });
      ctx.facts.smoke = levels;
      if (failure) throw failure;
    },
  },
  async satisfied(ctx, signal) {
    const earlier = await passedEarlier(ctx);
    if (!earlier) return false;
    const options = await smokeOptions(ctx, signal);
    // One look now: an old success says nothing of a server that hangs.
    const { ok, levels } = await runSmoke({ ...options, levels: ['reachable'] });
    if (!ok) return false;
    const rest = earlier.smoke
      .filter(({ id }) => id !== 'reachable')
      .map((level) => ({ ...level, detail: testedEarlier(level.detail, earlier.at) }));
    for (const level of rest) ctx.emit({ type: 'smoke.level', ...level });
    ctx.facts.smoke = [...levels, ...rest];
    ctx.facts.outputs = earlier.outputs;
    return true;
  },
  async run(ctx, signal) {
    const { smoke: done } = ctx.facts;
    const left = smokeLevelIds.filter((id) => !done.some((level) => level.id === id));
    const outcome = await runSmoke({ ...(await smokeOptions(ctx, signal)), levels: left });
    ctx.facts.smoke = [...done, ...outcome.levels];
    ctx.facts.outputs = outcome.outputs;
    if (outcome.failure) throw await withWayOut(ctx, builtChoices(ctx), outcome.failure);
  },
};

/** A level that was not tested now says when it was. */
function testedEarlier(detail: string, at: string): string {
  if (/\(tested \d{4}-/.test(detail)) return detail;
  return `${detail} (tested ${at.slice(0, 10)} ${at.slice(11, 16)} UTC)`;
}

async function smokeOptions(ctx: RunContext, signal: AbortSignal): Promise<SmokeOptions> {
  if (!ctx.facts.url) throw new Error('smoke comes after launch');
  const client = createComfyClient({ url: ctx.facts.url });
  ctx.onEnd(() => client.close());
  const { graph, expected } = await smokeGraph(ctx, client, signal);
  const { attention, recipe } = builtChoices(ctx);
  const server = ctx.facts.serverAttention ?? null;
  return {
    client,
    graph,
    gpuExpected: gpuExpected(ctx),
    kernels: kernelTrial(ctx),
    fileExpected: expected,
    importFailures: ctx.facts.importFailures ?? [],
    ...(recipe === 'steadydancer' && attention ? { attention: { asked: attention, server } } : {}),
    outDir: join(ctx.runDir, 'outputs'),
    emit: ctx.emit,
    signal,
    clock: ctx.ports.clock,
  };
}

/** What was asked for, less what a fallback replaced. */
function builtChoices({ planned, facts }: RunContext): ResolvedChoices {
  const attention = attentions.find((name) => name === facts.built.attention);
  return { ...planned.choices, ...(attention === undefined ? {} : { attention }) };
}

async function smokeGraph(
  ctx: RunContext,
  client: ComfyClient,
  signal: AbortSignal,
): Promise<SmokeGraph> {
  const choices = builtChoices(ctx);
  const { recipe, workflow } = choices;
  if (workflow) {
    const file = personPath(workflow, ctx.machine.host, ctx.request.cwd);
    return { graph: await readWorkflow(file, client, signal), expected: {} };
  }
  switch (recipe) {
    case 'rehearsal':
      return rehearsalSmoke(choices);
    case 'steadydancer':
      return steadydancerSmoke(choices, client, signal);
    case 'custom':
      return { graph: await fittingGraph(client, signal), expected: {} };
    default:
      return recipe satisfies never;
  }
}

function gpuExpected(ctx: RunContext): GpuExpectation {
  const gpu = ctx.facts.built.gpu === 'none' ? null : chosenGpu(ctx);
  if (!gpu) return { kind: 'none' };
  return { kind: 'gpu', name: gpu.name, memoryTotalBytes: gpu.memoryTotalBytes };
}

function kernelTrial(ctx: RunContext): KernelTrial {
  const { recipe, attention } = builtChoices(ctx);
  switch (recipe) {
    case 'steadydancer':
      if (!attention) return { kind: 'not-tried', why: 'the plan names no attention' };
      return { kind: 'inside', prove: (signal) => proveKernelsInside(ctx, attention, signal) };
    case 'rehearsal':
      return { kind: 'not-tried', why: 'the rehearsal has no torch to compute with' };
    case 'custom':
      return { kind: 'not-tried', why: 'what is in an image of your own is not known' };
    default:
      return recipe satisfies never;
  }
}

/** The newest run that tested this very container since it was started, and whose files are there. */
async function passedEarlier({
  runsDir,
  facts,
  planned,
}: RunContext): Promise<(ResultBody & { at: string }) | null> {
  const { container } = facts;
  if (!container) return null;
  for (const { dir, live } of await knownRuns(runsDir)) {
    const result = live ? null : await readResult(dir);
    if (!result || result.planDigest !== planned.plan.planDigest) continue;
    if (result.container?.id !== container.id || result.smoke.length === 0) continue;
    if (Date.parse(result.at) < Date.parse(container.startedAt)) return null;
    const passed = result.smoke.every(({ status }) => status !== 'fail');
    return passed && (await allThere(result.outputs)) ? result : null;
  }
  return null;
}

async function allThere(outputs: ResultBody['outputs']): Promise<boolean> {
  const found = await Promise.all(
    outputs.map(({ path, bytes }) =>
      stat(path).then(
        (file) => file.size === bytes,
        () => false,
      ),
    ),
  );
  return found.length > 0 && found.every(Boolean);
}
