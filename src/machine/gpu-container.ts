import type Docker from 'dockerode';
import { labels } from '../contract/ids.ts';
import { withTimeLimit } from '../ports/time-limit.ts';
import { explainGpuContainer, type GpuContainerProblem } from './gpu-container-problem.ts';
import { type GpuWay, gpuRequest, gpuWay } from './gpu-request.ts';
import type { Host, ReadyEngine } from './types.ts';

export interface GpuProofRequest {
  docker: Docker;
  engine: ReadyEngine;
  host: Host;
  /** An image that is there already; nothing is pulled. */
  image: string;
  /** Index, uuid or `all`. */
  gpu: number | string;
  /** Names the run whose label the container gets. */
  runId?: string;
  /** Default 30,000 ms: the first container with a GPU is slow while the driver wakes up. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

export type GpuProof =
  | { state: 'seen'; way: GpuWay; gpus: string[] }
  | ({ state: 'not-seen'; way: GpuWay } & GpuContainerProblem);

/**
 * Whether a container gets the GPU, by a throw-away container that runs `nvidia-smi -L`. The create
 * call alone proves nothing: Podman and engines without a hook start it without the GPU.
 * The container is removed in every case. Throws only the signal's reason.
 */
export async function proveGpuInContainer(request: GpuProofRequest): Promise<GpuProof> {
  const { engine, host, signal } = request;
  const way = gpuWay(engine);
  try {
    const { text } = await runWithGpu(request, ['nvidia-smi', '-L']);
    const gpus = gpusOf(text);
    if (gpus.length > 0) return { state: 'seen', way, gpus };
    return { state: 'not-seen', way, ...explainGpuContainer(text, host, engine) };
  } catch (error) {
    signal?.throwIfAborted();
    const text = error instanceof Error ? error.message : String(error);
    return { state: 'not-seen', way, ...explainGpuContainer(text, host, engine) };
  }
}

/**
 * Runs a command in a throw-away container that gets the GPU, and removes it in every case.
 * Throws what the engine refuses, NoAnswer after `timeoutMs`, or the signal's reason.
 */
export async function runWithGpu(
  request: GpuProofRequest,
  command: [string, ...string[]],
): Promise<{ exitCode: number; text: string }> {
  const { docker, timeoutMs = 30_000, signal } = request;
  let container: Docker.Container | null = null;
  try {
    const made = await docker.createContainer(specOf(request, command));
    container = made;
    return await withTimeLimit(() => outputOf(made), { timeoutMs, signal });
  } finally {
    await container?.remove({ force: true, v: true }).catch(() => {
      // Its label says whose it is: the inventory finds what could not be removed now.
    });
  }
}

function specOf(
  { engine, image, gpu, runId, host }: GpuProofRequest,
  [file, ...args]: [string, ...string[]],
): Docker.ContainerCreateOptions {
  const { Env = [], ...hostConfig } = gpuRequest(engine, gpu);
  const selinux = engine.securityOptions.some((option) => option.includes('name=selinux'));
  return {
    Image: image,
    Entrypoint: [file],
    Cmd: args,
    Env,
    Labels: { [labels.role]: 'gpu-proof', ...(runId ? { [labels.run]: runId } : {}) },
    ...(host.uid === null || engine.rootless
      ? {}
      : { User: `${host.uid}:${host.gid ?? host.uid}` }),
    HostConfig: {
      ...hostConfig,
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true', ...(selinux ? ['label=disable'] : [])],
    },
  };
}

async function outputOf(container: Docker.Container): Promise<{ exitCode: number; text: string }> {
  await container.start();
  const { StatusCode: exitCode } = (await container.wait()) as { StatusCode: number };
  const raw = await container.logs({ stdout: true, stderr: true, follow: false });
  return { exitCode, text: demultiplexed(raw) };
}

/** Without a terminal the engine frames each piece of output: 8 bytes, the last four its length. */
export function demultiplexed(raw: Buffer): string {
  const pieces: Buffer[] = [];
  let at = 0;
  while (at + 8 <= raw.length) {
    const length = raw.readUInt32BE(at + 4);
    pieces.push(raw.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** Names in `GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-…)`. */
export function gpusOf(listing: string): string[] {
  return [...listing.matchAll(/^GPU \d+: (.+?) \(UUID: /gm)].map(([, name]) => name ?? '');
}
