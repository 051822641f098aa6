import type Docker from 'dockerode';
import type { ContainerMount } from '../../launch/mounts.ts';
import { modelsFailure } from '../failures.ts';
import { type ServedModel, serveHub } from '../hub-server.ts';
import { runSidecar } from './container.ts';
import { sidecarSpec } from './container-spec.ts';
import type { SidecarWorld } from './volume.ts';

/** Always the same: it is in a build argument, on which the cache of the models' layers depends. */
const PORT = 8080;

export interface BuildHub {
  /** For `mirrors.hub` of the build. */
  url: string;
  close(): Promise<void>;
}

export interface ToServe {
  /** `local` as the container sees it, below the targets of `mounts`. */
  inContainer: readonly ServedModel[];
  mounts: readonly ContainerMount[];
  /** The same files as this process sees them; null where the engine is on another machine. */
  here: readonly ServedModel[] | null;
}

/**
 * Serves verified models to the steps of a build, from a container on the network where those steps
 * are: firewalls of the machine, rootless engines, Desktop and engines elsewhere are all the same.
 * Only where that network lets its containers not talk to each other is it this process that serves.
 * @throws Failure models-sidecar-*, or the signal's reason
 */
export async function serveToBuild(toServe: ToServe, world: SidecarWorld): Promise<BuildHub> {
  const bridge = await bridgeOf(world.docker);
  if (bridge.isolated && bridge.gateway && toServe.here) {
    const server = await serveHub(toServe.here, bridge.gateway);
    return { url: `http://${bridge.gateway}:${server.port}`, close: () => server.close() };
  }
  const { host, engine, imageId, runId, signal } = world;
  const spec = sidecarSpec({
    ...{ name: `steadydancer-models-server-${runId}`, imageId, runId, host, engine },
    mounts: toServe.mounts,
    network: 'bridge',
  });
  const stop = new AbortController();
  const serving = Promise.withResolvers<string>();
  const over = runSidecar(
    {
      spec,
      order: { kind: 'serve', models: [...toServe.inContainer], port: PORT },
      onWord: (word, container) => {
        if (word.kind === 'serving') addressOf(container).then(serving.resolve, serving.reject);
      },
    },
    { ...world, signal: AbortSignal.any([signal, stop.signal]) },
  ).then(
    (word) => serving.reject(new Error(word.kind === 'bug' ? word.message : word.kind)),
    (error) => serving.reject(error),
  );
  return {
    url: `http://${await serving.promise}:${PORT}`,
    close: async () => {
      stop.abort(new Error('served'));
      await over;
    },
  };
}

async function addressOf(container: Docker.Container): Promise<string> {
  const { NetworkSettings } = await container.inspect();
  const [network] = Object.values(NetworkSettings.Networks);
  if (network?.IPAddress) return network.IPAddress;
  throw modelsFailure(
    'models-sidecar-no-address',
    'The container that serves models to the build got no address.',
    {
      proof: JSON.stringify(NetworkSettings.Networks),
      fixes: [
        {
          label: 'Keep the models in a folder instead',
          command: 'steadydancer run --set placement=folder',
        },
      ],
    },
  );
}

/** docs.docker.com/engine/network/drivers/bridge: enable_icc, the daemon's `icc`. */
async function bridgeOf(docker: Docker): Promise<{ isolated: boolean; gateway: string | null }> {
  const found = await docker
    .getNetwork('bridge')
    .inspect()
    .catch(() => null);
  const isolated = found?.Options?.['com.docker.network.bridge.enable_icc'] === 'false';
  return { isolated, gateway: found?.IPAM?.Config?.[0]?.Gateway ?? null };
}
