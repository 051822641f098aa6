import type Docker from 'dockerode';
import { labels } from '../../contract/ids.ts';
import { securityOptions, usesUserNamespaces } from '../../launch/container-spec.ts';
import { tmpfsOptions, userOf } from '../../launch/identity.ts';
import type { ContainerMount } from '../../launch/mounts.ts';
import type { Host, ReadyEngine } from '../../machine/types.ts';

/** The hash thread's buffer, connections' buffers, Node itself: 250 MB were seen; caches are the kernel's. */
const MEMORY_BYTES = 2 ** 30;

export interface SidecarSpecInput {
  /** A container of this name is the only one that does this work. */
  name: string;
  imageId: string;
  runId: string;
  mounts: readonly ContainerMount[];
  /**
   * `host`: the engine's machine as it is, its names, proxies and routes. `bridge`: where the steps
   * of a build are too, and find it by its address.
   */
  network: 'host' | 'bridge';
  host: Pick<Host, 'uid' | 'gid'>;
  engine: Pick<ReadyEngine, 'rootless' | 'securityOptions'>;
  /** As root with the two capabilities that folders of somebody else ask for. */
  asRoot?: boolean;
}

/** What the engine is asked for to run the models sidecar; nothing of it is a secret. Pure. */
export function sidecarSpec(input: SidecarSpecInput): Docker.ContainerCreateOptions {
  const { asRoot = false, engine } = input;
  const user = asRoot ? { uid: 0, gid: 0 } : userOf(input.host, engine);
  return {
    name: input.name,
    Image: input.imageId,
    ...(user ? { User: `${user.uid}:${user.gid}` } : {}),
    Env: ['HOME=/tmp'],
    Labels: { [labels.run]: input.runId, [labels.role]: 'models-sidecar' },
    Tty: false,
    OpenStdin: true,
    // Its stdin ends with the one who gave the order, however that one ended.
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      Init: true,
      RestartPolicy: { Name: 'no' },
      NetworkMode: input.network,
      CapDrop: ['ALL'],
      ...(asRoot ? { CapAdd: ['DAC_OVERRIDE', 'FOWNER'] } : {}),
      SecurityOpt: securityOptions(engine),
      ...(usesUserNamespaces(engine) ? { UsernsMode: 'host' } : {}),
      ReadonlyRootfs: true,
      Memory: MEMORY_BYTES,
      MemorySwap: MEMORY_BYTES,
      // Its lines are events that are kept elsewhere.
      LogConfig: { Type: 'none', Config: {} },
      Tmpfs: { '/tmp': tmpfsOptions(null, { mode: '1777', exec: false, mebibytes: 16 }) },
      Mounts: input.mounts.map((mount) => ({
        Type: mount.kind === 'volume' ? 'volume' : 'bind',
        Source: mount.source,
        Target: mount.target,
        ReadOnly: mount.readOnly,
      })),
    },
  };
}
