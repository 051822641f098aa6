import type { ComfyClient } from '../comfyui/client.ts';
import { rehearsalSmoke, type SmokeGraph, steadydancerSmoke } from '../comfyui/graphs/smoke.ts';
import { fittingGraph } from '../comfyui/shipped-graphs.ts';
import { runSmoke, type SmokeOutcome } from '../comfyui/smoke/run.ts';
import type { ResolvedChoices } from '../contract/choices.ts';
import type { Emit } from '../contract/events.ts';
import type { Clock } from '../ports/clock.ts';

/**
 * The smoke levels through the proxy: each request is short (a render is asked for and then looked
 * for), so that its 100 s rule is never met.
 */
export async function smokePod(
  client: ComfyClient,
  choices: ResolvedChoices,
  outDir: string,
  { emit, clock, signal }: { emit: Emit; clock: Clock; signal: AbortSignal },
): Promise<SmokeOutcome> {
  const { graph, expected } = await graphOf(client, choices, signal);
  return runSmoke({
    ...{ client, graph, fileExpected: expected, outDir, emit, signal, clock },
    gpuExpected: { kind: 'any' },
  });
}

async function graphOf(
  client: ComfyClient,
  choices: ResolvedChoices,
  signal: AbortSignal,
): Promise<SmokeGraph> {
  switch (choices.recipe) {
    case 'rehearsal':
      return rehearsalSmoke(choices);
    case 'steadydancer':
      return steadydancerSmoke(choices, client, signal);
    case 'custom':
      return { graph: await fittingGraph(client, signal), expected: {} };
    default:
      return choices.recipe satisfies never;
  }
}
