import { readFile } from 'node:fs/promises';
import { type KernelsProved, readKernelProof } from '../../comfyui/smoke/kernel-proof.ts';
import type { Attention } from '../../contract/choices.ts';
import { Failure } from '../../contract/failure.ts';
import { execInside } from '../../launch/exec.ts';
import { runWithGpu } from '../../machine/gpu-container.ts';
import { NoAnswer } from '../../ports/time-limit.ts';
import { assetPath } from '../../recipe/assets.ts';
import { gpuForContainer } from '../../recipe/gpu-here.ts';
import { sanitiseLines } from '../../text/sanitise.ts';
import type { RunContext } from '../context.ts';
import { engineOf } from './engine-of.ts';

/** torch is read from a disk that may be slow, and sageattention compiles its kernel. */
const LIMIT_S = 120;
/** The proof ends itself; this is for an engine that does not say so. */
const PATIENCE_MS = (LIMIT_S + 15) * 1000;

/**
 * The attention stage on the GPU, in a container of its own that is removed again. Without a GPU in
 * the plan there is nothing to do. Throws a Failure (gpu-*, attention-*) or the signal's reason.
 */
export async function proveKernelsOfStage(
  ctx: RunContext,
  imageId: string,
  asked: Attention,
  signal: AbortSignal,
): Promise<KernelsProved | null> {
  const gpu = gpuForContainer(ctx.planned.choices.gpu, ctx.machine);
  if (!ctx.planned.needsGpu || gpu === null) return null;
  const { docker, facts: engine } = engineOf(ctx);
  const command = await proofCommand(asked);
  const { exitCode, text } = await withinPatience('dependencies', () =>
    runWithGpu(
      {
        ...{ docker, engine, host: ctx.machine.host, image: imageId, gpu, signal },
        runId: ctx.request.runId,
        timeoutMs: PATIENCE_MS,
      },
      command,
    ),
  );
  const proved = { exitCode, text: sanitiseLines(text).join('\n') };
  return readKernelProof(proved, asked, 'dependencies');
}

/** The same in the container that runs, beside its server. */
export async function proveKernelsInside(
  ctx: RunContext,
  asked: Attention,
  signal: AbortSignal,
): Promise<KernelsProved> {
  if (!ctx.facts.container) throw new Error('smoke comes after launch');
  const container = engineOf(ctx).docker.getContainer(ctx.facts.container.id);
  const command = [...(await proofCommand(asked)), '--while-stdin'];
  const output = await withinPatience('smoke', () =>
    execInside(container, command, { timeoutMs: PATIENCE_MS, signal }),
  );
  return readKernelProof(output, asked, 'smoke');
}

/** The script travels as an argument: an image of an older version needs no copy of it. */
async function proofCommand(asked: Attention): Promise<[string, ...string[]]> {
  const script = await readFile(assetPath('docker', 'prove', 'gpu.py'), 'utf8');
  return ['python', '-P', '-c', script, asked, '--seconds', String(LIMIT_S)];
}

async function withinPatience<T>(
  phase: 'dependencies' | 'smoke',
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    throw new Failure(
      {
        code: 'gpu-proof-timeout',
        sentence: `The GPU did not finish a small computation in ${LIMIT_S} s.`,
        phase,
        fixes: [{ label: 'See who uses it', command: 'nvidia-smi' }],
      },
      { cause: error },
    );
  }
}
