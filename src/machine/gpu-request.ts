import type Docker from 'dockerode';
import type { ReadyEngine } from './types.ts';

/** What a container needs to get a GPU: parts of the engine's create call. */
export interface GpuRequest {
  DeviceRequests?: Docker.DeviceRequest[];
  Runtime?: string;
  /** `NAME=value`. */
  Env?: string[];
}

export type GpuWay = 'cdi' | 'runtime' | 'device-request';

/** CDI kind of NVIDIA's GPUs; Docker Desktop lists other kinds as well (`docker.com/gpu=webgpu`). */
const CDI_GPU = 'nvidia.com/gpu=';
const CAPABILITIES = 'compute,utility';

/** How this engine hands out GPUs, from GET /info alone (facts docker-gpu.md §2). */
export function gpuWay(engine: Pick<ReadyEngine, 'cdiDevices' | 'runtimes' | 'podman'>): GpuWay {
  // Podman's Docker API does not honour the cdi driver (containers/podman#19338).
  if (engine.podman) return 'device-request';
  if (engine.cdiDevices.some((device) => device.startsWith(CDI_GPU))) return 'cdi';
  if (engine.runtimes.includes('nvidia')) return 'runtime';
  return 'device-request';
}

/**
 * The request for one GPU or all of them. Pure. CDI where the engine lists NVIDIA devices, else the
 * `nvidia` runtime where it is configured, else what `--gpus` makes (docker-gpu.md §1).
 * @param gpu index, uuid (of a GPU or a MIG slice), or `all`
 */
export function gpuRequest(
  engine: Pick<ReadyEngine, 'cdiDevices' | 'runtimes' | 'podman'>,
  gpu: number | string,
): GpuRequest {
  const way = gpuWay(engine);
  switch (way) {
    case 'cdi':
      return cdiRequest(engine.cdiDevices, String(gpu));
    case 'runtime':
      return {
        Runtime: 'nvidia',
        Env: [`NVIDIA_VISIBLE_DEVICES=${gpu}`, `NVIDIA_DRIVER_CAPABILITIES=${CAPABILITIES}`],
      };
    case 'device-request':
      // Count and DeviceIDs exclude each other; ["gpu"] alone leaves the capabilities to the image.
      return {
        DeviceRequests: [
          gpu === 'all'
            ? { Driver: '', Count: -1, Capabilities: [['gpu']], Options: {} }
            : {
                Driver: '',
                Count: 0,
                DeviceIDs: [String(gpu)],
                Capabilities: [['gpu']],
                Options: {},
              },
        ],
        Env: [`NVIDIA_DRIVER_CAPABILITIES=${CAPABILITIES}`],
      };
    default:
      return way satisfies never;
  }
}

/** WSL's CDI file knows only `all`: the one that is meant is then chosen inside, by CUDA itself. */
function cdiRequest(listed: readonly string[], gpu: string): GpuRequest {
  const exact = `${CDI_GPU}${gpu}`;
  const all = `${CDI_GPU}all`;
  const device = listed.includes(exact) || !listed.includes(all) ? exact : all;
  return {
    // Count must be 0 and Options empty, or the engine refuses (moby daemon/cdi.go).
    DeviceRequests: [{ Driver: 'cdi', Count: 0, DeviceIDs: [device] }],
    ...(device === all && gpu !== 'all' ? { Env: [`CUDA_VISIBLE_DEVICES=${gpu}`] } : {}),
  };
}
