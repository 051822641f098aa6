/** ComfyUI's port inside the image. */
export const COMFYUI_PORT = 8188;

/**
 * Where a pod's port is reached: public, its id is the only secret (docs.runpod.io, expose-ports).
 * STEADYDANCER_RUNPOD_PROXY is for tests alone: an address with {id} and {port}.
 */
export function proxyAddress(env: NodeJS.ProcessEnv, id: string, port = COMFYUI_PORT): string {
  const form = env.STEADYDANCER_RUNPOD_PROXY ?? 'https://{id}-{port}.proxy.runpod.net';
  return form.replace('{id}', encodeURIComponent(id)).replace('{port}', String(port));
}
