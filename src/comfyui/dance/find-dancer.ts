import { Failure } from '../../contract/failure.ts';
import type { ComfyClient } from '../client.ts';
import type { Dance, Dancer } from './dance.ts';
import { tooMuch } from './memory-estimate.ts';
import { serverModels, type WantedModels } from './server-models.ts';

export interface ServerFacts {
  built: WantedModels;
  memoryLimitBytes: number | null;
}

/**
 * What the server dances with, and whether these dances fit into it.
 * @param anyway an estimate of memory refuses nothing
 * @throws Failure dance-*, and what the client throws
 */
export async function findDancer(
  client: ComfyClient,
  dances: Dance[],
  { built, memoryLimitBytes }: ServerFacts,
  signal: AbortSignal,
  anyway: boolean,
): Promise<Dancer> {
  const { system, devices } = await client.systemStats({ signal });
  if (await client.nodeClass('RehearsalDancer', { signal })) return { kind: 'rehearsal' };
  const gpu = devices.find(({ type }) => type !== 'cpu');
  const memory = {
    videoBytes: gpu?.vram_total ?? null,
    memoryBytes: smaller(ramTotal(system), memoryLimitBytes),
  };
  const models = await serverModels(client, built, memory, signal);
  if (models.pose === null && dances.some(({ drawn }) => !drawn)) throw noPoseNodes(client);
  if (!anyway) {
    for (const { film } of dances) {
      const reason = tooMuch(models.settings, film, memory);
      if (reason) throw tooLong(reason);
    }
  }
  return { kind: 'steadydancer', models };
}

function ramTotal(system: { [key: string]: unknown }): number | null {
  return typeof system.ram_total === 'number' && system.ram_total > 0 ? system.ram_total : null;
}

/** A container with a limit still sees the memory of the whole machine. */
function smaller(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

function noPoseNodes(client: ComfyClient): Failure {
  return new Failure({
    code: 'dance-pose-nodes-missing',
    sentence: `The ComfyUI at ${client.connection.baseUrl} cannot find poses: its nodes or their models are missing.`,
    phase: 'smoke',
    proof: 'OnnxDetectionModelLoader lists no vitpose and yolo model',
    fixes: [
      { label: 'Fetch and check the models', command: 'steadydancer models pull' },
      { label: 'Give a clip of a drawn skeleton', command: 'steadydancer dance … --drawn' },
    ],
  });
}

function tooLong({ sentence, advice }: { sentence: string; advice: string }): Failure {
  return new Failure({
    code: 'dance-too-long',
    sentence: `${sentence} ${advice}`,
    phase: 'smoke',
    fixes: [{ label: 'Try it all the same', command: 'steadydancer dance … --anyway' }],
  });
}
