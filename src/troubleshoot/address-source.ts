import { createComfyClient } from '../comfyui/client.ts';
import type { ConnectionOptions } from '../comfyui/connection.ts';
import { shippedGraph } from '../comfyui/shipped-graphs.ts';
import { runSmoke } from '../comfyui/smoke/run.ts';
import type { Clock } from '../ports/clock.ts';
import type { ReadLog } from './log-source.ts';

const LIMIT_MS = 60_000;

/**
 * Asks a ComfyUI what can be asked without rendering: is it there, which GPU, which node classes.
 * What is wrong comes back as a diagnosis; an empty list where nothing is.
 * @throws the signal's reason
 */
export async function readAddress(
  connection: ConnectionOptions,
  clock: Clock,
  outDir: string,
  signal: AbortSignal,
): Promise<ReadLog> {
  const client = createComfyClient(connection);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
  try {
    const { failure } = await runSmoke({
      client,
      graph: await shippedGraph('any-comfyui'),
      levels: ['reachable', 'gpu', 'nodes'],
      gpuExpected: { kind: 'any' },
      outDir,
      emit: () => {},
      signal: limit,
      clock,
    });
    const name = connection.url;
    return { name, diagnoses: failure ? [failure.toDiagnosis()] : [], proof: null };
  } finally {
    await client.close();
  }
}
