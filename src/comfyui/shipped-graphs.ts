import { readFile } from 'node:fs/promises';
import { Failure } from '../contract/failure.ts';
import { assetPath } from '../recipe/assets.ts';
import type { ComfyClient } from './client.ts';
import { type Graph, parseGraph } from './graph.ts';

/** Graphs in docker/workflows/, in API format. */
export type ShippedGraph = 'rehearsal' | 'any-comfyui' | 'steadydancer-smoke';

/** One of the graphs that come with the program. */
export async function shippedGraph(name: ShippedGraph): Promise<Graph> {
  const path = assetPath('docker', 'workflows', `${name}.api.json`);
  return parseGraph(await readFile(path, 'utf8'), path);
}

/** The rehearsal's dance where its class is there, else a picture that any ComfyUI can make. */
export async function fittingGraph(client: ComfyClient, signal: AbortSignal): Promise<Graph> {
  try {
    if (await client.nodeClass('RehearsalDancer', { signal })) return shippedGraph('rehearsal');
  } catch (error) {
    // The level `reachable` says what is wrong with the server.
    if (!(error instanceof Failure)) throw error;
  }
  return shippedGraph('any-comfyui');
}
