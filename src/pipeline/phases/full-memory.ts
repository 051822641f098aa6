import { type FullMemory, memoryFixes } from '../../comfyui/smoke/memory-ladder.ts';
import type { ResolvedChoices } from '../../contract/choices.ts';
import { Failure } from '../../contract/failure.ts';
import { killedForMemory } from '../../launch/killed.ts';
import type { RunContext } from '../context.ts';

/** Full memory: what really ended the server, and what helps without a new image. */
export async function withWayOut(
  ctx: RunContext,
  choices: ResolvedChoices,
  failure: Failure,
): Promise<Failure> {
  const { recipe, variant = 'fp8', textEncoder = 'bf16', blockSwap = 20, smoke } = choices;
  const some = { variant, textEncoder, blockSwap, ...(smoke ? { smoke } : {}) };
  const fixes = (full: FullMemory) => (recipe === 'steadydancer' ? memoryFixes(full, some) : []);
  if (failure.code === 'smoke-out-of-memory') {
    return new Failure({ ...failure.details, fixes: fixes('video') }, { cause: failure });
  }
  const { engine, container } = ctx.facts;
  const lost = failure.code === 'comfyui-unreachable' && engine && container;
  const killed = lost ? await killedForMemory(engine.docker, container.id) : null;
  if (killed === null) return failure;
  return new Failure(
    {
      code: 'container-oom-killed',
      sentence: 'The container was killed while it rendered (exit code 137): memory ran full.',
      proof: killed,
      phase: 'smoke',
      fixes: fixes('machine'),
    },
    { cause: failure },
  );
}
