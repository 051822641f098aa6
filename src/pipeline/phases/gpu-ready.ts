import { join } from 'node:path';
import { chooseBuilder } from '../../build/choose-builder.ts';
import { Failure } from '../../contract/failure.ts';
import { labels } from '../../contract/ids.ts';
import { observeGpu } from '../../machine/gpu.ts';
import { proveGpuInContainer } from '../../machine/gpu-container.ts';
import { contextsDir } from '../../profiles/places.ts';
import { assembleRehearsalContext } from '../../recipe/rehearsal-context.ts';
import { formatMemory } from '../../text/format.ts';
import type { RunContext } from '../context.ts';
import { chosenGpu } from './container-gpu.ts';
import { engineOf } from './engine-of.ts';

const MINUTE_MS = 60_000;
const LOOK_AGAIN_MS = 15_000;
/** Small, made from this machine's own Node, and likely there from the rehearsal. */
const PROOF_IMAGE = 'steadydancer:gpu-proof';

/**
 * The GPU is free enough and containers get it. Only for plans that need one.
 * Throws a Failure: `gpu-busy`, or why containers do not get it.
 */
export async function readyGpu(ctx: RunContext, signal: AbortSignal): Promise<void> {
  if (!ctx.planned.needsGpu) return;
  await waitUntilFree(ctx, signal);
  await proveInContainer(ctx, signal);
}

async function waitUntilFree(ctx: RunContext, signal: AbortSignal): Promise<void> {
  const { planned, ports, request, emit } = ctx;
  const busy = planned.plan.warnings.find(({ code }) => code === 'gpu-busy');
  const wanted = chosenGpu(ctx);
  if (!busy || !wanted) return;
  const enough = wanted.memoryTotalBytes === null ? null : wanted.memoryTotalBytes * 0.9;
  const until = ports.clock.monotonicMs() + request.waitMinutes * MINUTE_MS;
  if (request.waitMinutes > 0) {
    emit({
      type: 'note',
      level: 'info',
      text: `Waiting up to ${request.waitMinutes} min: ${busy.text}`,
    });
  }
  while (ports.clock.monotonicMs() < until) {
    await ports.clock.sleep(LOOK_AGAIN_MS, signal);
    const { env, processes } = ports;
    const now = await observeGpu({ env, host: ctx.machine.host, processes, signal });
    const gpu = now.state === 'ready' ? now.gpus.find(({ uuid }) => uuid === wanted.uuid) : null;
    const free = gpu?.memoryFreeBytes ?? null;
    if (enough === null || (free !== null && free >= enough)) return;
  }
  const holders = wanted.processes.map(({ name, pid }) => `${name} (process ${pid})`);
  throw new Failure({
    code: 'gpu-busy',
    sentence: busy.text,
    proof: `${formatMemory(wanted.memoryFreeBytes ?? 0)} free; used by ${holders.join(', ') || 'programs that cannot be seen'}`,
    fixes: [
      { label: 'Wait for it, 30 minutes at most', command: 'steadydancer run --wait 30' },
      { label: 'See who uses it', command: 'nvidia-smi' },
    ],
  });
}

async function proveInContainer(ctx: RunContext, signal: AbortSignal): Promise<void> {
  const { docker, facts: engine } = engineOf(ctx);
  const context = await assembleRehearsalContext({
    destination: join(contextsDir(ctx.runsDir), `rehearsal-${engine.os}-${engine.arch}`),
    engineArch: engine.arch,
    engineOs: engine.os,
  });
  const { processes, env } = ctx.ports;
  await chooseBuilder({ engine, processes, docker, env }).build(
    {
      contextDir: context.dir,
      dockerfile: context.dockerfile,
      tag: PROOF_IMAGE,
      args: {},
      labels: { [labels.role]: 'gpu-proof' },
    },
    () => {},
    signal,
  );
  const proof = await proveGpuInContainer({
    docker,
    engine,
    host: ctx.machine.host,
    image: PROOF_IMAGE,
    gpu: ctx.planned.choices.gpu === 'auto' ? 'all' : (chosenGpu(ctx)?.index ?? 'all'),
    runId: ctx.request.runId,
    signal,
  });
  if (proof.state === 'seen') {
    const text = `A test container saw ${proof.gpus.join(', ')}.`;
    ctx.emit({ type: 'note', level: 'info', text });
    return;
  }
  const { code, sentence, fixes } = proof;
  throw new Failure({ code, sentence, proof: proof.proof, fixes });
}
