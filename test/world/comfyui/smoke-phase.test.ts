// The smoke test as a phase of a run: its first levels go ahead of the models.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createComfyClient } from '../../../src/comfyui/client.ts';
import type { KernelTrial } from '../../../src/comfyui/smoke/context.ts';
import { runSmoke } from '../../../src/comfyui/smoke/run.ts';
import type { EventBody } from '../../../src/contract/events.ts';
import { Failure } from '../../../src/contract/failure.ts';
import type { RunContext } from '../../../src/pipeline/context.ts';
import { smoke } from '../../../src/pipeline/phases/smoke.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import { startStandIn } from '../rehearsal/stand-in.ts';
import { startSteadydancer } from './dance/steadydancer-server.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
const never = new AbortController().signal;

async function rehearsed(fault?: Parameters<typeof startStandIn>[0]) {
  const server = await startStandIn(fault);
  const runDir = await mkdtemp(join(tmpdir(), 'sd-phase-'));
  cleanups.push(() => rm(runDir, { recursive: true }), server.stop);
  const events: EventBody[] = [];
  const ctx = {
    ...{ runDir, runsDir: runDir, request: { cwd: runDir } },
    planned: { choices: { recipe: 'rehearsal', smoke: { width: 64, height: 112, frames: 9 } } },
    ports: { clock: systemClock },
    facts: { url: server.url, smoke: [], outputs: [], built: { gpu: 'none' } },
    emit: (event: EventBody) => events.push(event),
    onEnd: (work: () => Promise<void>) => cleanups.push(work),
  } as unknown as RunContext;
  return { ctx, events };
}

describe('the phase', () => {
  it('does in the end what was not done ahead, each level once', async () => {
    const { ctx, events } = await rehearsed();
    await smoke.early?.run(ctx, never);
    expect(ctx.facts.smoke.map(({ id }) => id)).toEqual(['reachable', 'gpu', 'nodes']);
    await smoke.run(ctx, never);
    const all = ['reachable', 'gpu', 'nodes', 'models', 'workflow', 'render', 'file'];
    expect(ctx.facts.smoke.map(({ id }) => id)).toEqual(all);
    const told = events.flatMap((event) => (event.type === 'smoke.level' ? [event.id] : []));
    expect(told).toEqual(all);
    expect(ctx.facts.outputs).toHaveLength(1);
  });

  it('ends ahead of the models where a node class is missing', async () => {
    const { ctx } = await rehearsed('missing-node');
    await expect(smoke.early?.run(ctx, never)).rejects.toMatchObject({
      code: 'smoke-node-missing',
      details: { phase: 'smoke' },
    });
    expect(ctx.facts.smoke.at(-1)).toMatchObject({ id: 'nodes', status: 'fail' });
  });
});

describe('the level gpu', () => {
  const level = async (kernels?: KernelTrial) => {
    const server = await startSteadydancer();
    const client = createComfyClient({ url: server.url });
    cleanups.push(server.stop, client.close);
    const outcome = await runSmoke({
      ...{ client, graph: {}, levels: ['gpu'], outDir: 'unused', clock: systemClock },
      ...{ emit: () => {}, signal: never, ...(kernels ? { kernels } : {}) },
      gpuExpected: {
        kind: 'gpu',
        name: 'NVIDIA GeForce RTX 4090',
        memoryTotalBytes: 25_757_220_864,
      },
    });
    return { ...outcome.levels[0], failure: outcome.failure };
  };

  it('tries the kernels inside the container, and says how fast they were', async () => {
    const words = 'a bf16 product took 0.20 ms, flash-attn 0.11 ms';
    const kernels: KernelTrial = {
      kind: 'inside',
      prove: async () => ({ torch: '2.8.0+cu128', devices: [], words }),
    };
    expect(await level(kernels)).toMatchObject({
      status: 'ok',
      detail: `The container sees NVIDIA GeForce RTX 4090, 24 GB. With torch 2.8.0+cu128 ${words}.`,
    });
  });

  it('fails with the code of what does not work', async () => {
    const failure = new Failure({
      code: 'attention-gpu-unsupported',
      sentence: 'flash-attn has no kernel for Tesla T4 (7.5).',
    });
    const seen = await level({ kind: 'inside', prove: () => Promise.reject(failure) });
    expect(seen).toMatchObject({ status: 'fail', code: failure.code, detail: failure.message });
    expect(seen.failure).toBe(failure);
  });

  it('says that over HTTP nobody can be asked to compute', async () => {
    expect((await level()).detail).toBe(
      'The container sees NVIDIA GeForce RTX 4090, 24 GB. A bf16 product and the attention kernel were not tried: over HTTP no server can be asked to; the render shows whether they work.',
    );
  });
});
