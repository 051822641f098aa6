import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type ComfyClient, createComfyClient } from '../../comfyui/client.ts';
import { type Graph, parseGraph } from '../../comfyui/graph.ts';
import { fittingGraph, shippedGraph } from '../../comfyui/shipped-graphs.ts';
import type { GpuExpectation } from '../../comfyui/smoke/context.ts';
import { runSmoke, type SmokeOptions } from '../../comfyui/smoke/run.ts';
import type { ResultBody } from '../../contract/result.ts';
import { knownRuns } from '../../runner/live-runs.ts';
import type { Phase, RunContext } from '../context.ts';
import { readResult } from '../history.ts';
import { chosenGpu } from './container-gpu.ts';

/** Proof that it works: from `reachable` to a verified file. */
export const smoke: Phase = {
  id: 'smoke',
  after: ['launch', 'models'],
  async satisfied(ctx, signal) {
    const earlier = await passedEarlier(ctx);
    if (!earlier) return false;
    const options = await smokeOptions(ctx, signal);
    // One look now: an old success says nothing of a server that hangs.
    const { ok, levels } = await runSmoke({ ...options, levels: ['reachable'] });
    if (!ok) return false;
    const rest = earlier.smoke.filter(({ id }) => id !== 'reachable');
    for (const level of rest) ctx.emit({ type: 'smoke.level', ...level });
    ctx.facts.smoke = [...levels, ...rest];
    ctx.facts.outputs = earlier.outputs;
    return true;
  },
  async run(ctx, signal) {
    const outcome = await runSmoke(await smokeOptions(ctx, signal));
    ctx.facts.smoke = outcome.levels;
    ctx.facts.outputs = outcome.outputs;
    if (outcome.failure) throw outcome.failure;
  },
};

async function smokeOptions(ctx: RunContext, signal: AbortSignal): Promise<SmokeOptions> {
  if (!ctx.facts.url) throw new Error('smoke comes after launch');
  const client = createComfyClient({ url: ctx.facts.url });
  ctx.onEnd(() => client.close());
  return {
    client,
    graph: await smokeGraph(ctx, client, signal),
    gpuExpected: gpuExpected(ctx),
    importFailures: ctx.facts.importFailures ?? [],
    outDir: join(ctx.runDir, 'outputs'),
    emit: ctx.emit,
    signal,
    clock: ctx.ports.clock,
  };
}

async function smokeGraph(
  { planned, request }: RunContext,
  client: ComfyClient,
  signal: AbortSignal,
): Promise<Graph> {
  const { recipe, workflow } = planned.choices;
  if (workflow) {
    const file = resolve(request.cwd, workflow);
    return parseGraph(await readFile(file, 'utf8'), file);
  }
  switch (recipe) {
    case 'rehearsal':
      return shippedGraph('rehearsal');
    case 'steadydancer':
      return shippedGraph('steadydancer-smoke');
    case 'custom':
      return fittingGraph(client, signal);
    default:
      return recipe satisfies never;
  }
}

function gpuExpected(ctx: RunContext): GpuExpectation {
  const gpu = ctx.facts.built.gpu === 'none' ? null : chosenGpu(ctx);
  if (!gpu) return { kind: 'none' };
  return { kind: 'gpu', name: gpu.name, memoryTotalBytes: gpu.memoryTotalBytes };
}

/** The newest run that tested this very container since it was started, and whose files are there. */
async function passedEarlier({ runsDir, facts, planned }: RunContext): Promise<ResultBody | null> {
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
