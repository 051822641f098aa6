import type Docker from 'dockerode';
import type { ResolvedChoices } from '../contract/choices.ts';
import { labels } from '../contract/ids.ts';
import type { GpuRequest } from '../machine/gpu-request.ts';
import type { Host, ReadyEngine } from '../machine/types.ts';
import { HOME, identityEnv, tmpfsOptions, userOf } from './identity.ts';
import { memoryLimitBytes, shmBytes } from './memory-limit.ts';
import type { ContainerMount } from './mounts.ts';

/** ComfyUI's own port, and the stand-in's. */
export const CONTAINER_PORT = 8188;

export type { GpuRequest };

export interface ContainerSpecInput {
  choices: Pick<ResolvedChoices, 'recipe' | 'memoryLimitBytes'>;
  imageRef: string;
  profile: string | null;
  runId: string;
  planDigest: string;
  /** What the container is for: `comfyui`, `rehearsal`, `custom`. */
  role: string;
  host: Pick<Host, 'uid' | 'gid' | 'memoryBytes'>;
  engine: Pick<ReadyEngine, 'memoryBytes' | 'rootless' | 'securityOptions'>;
  gpu: GpuRequest | null;
  /** Port on the host. */
  port: number;
  /** Address on the host; loopback unless it was confirmed. */
  listen: string;
  mounts: ContainerMount[];
  env: Record<string, string>;
}

/** The name under which a person finds it: by profile, else by recipe. */
export function containerName(profile: string | null, recipe: string): string {
  return `steadydancer-${profile ?? recipe}`;
}

/**
 * Everything that the engine is asked for when it makes the container (DESIGN.md, Safety). Pure.
 * Folders are bind mounts of type `bind`, which the engine refuses when the folder is missing,
 * instead of making it as root.
 */
export function containerSpec(input: ContainerSpecInput): Docker.ContainerCreateOptions {
  const { engine, gpu, host } = input;
  const rehearsal = input.choices.recipe === 'rehearsal';
  const memory = memoryLimitBytes(
    engine.memoryBytes || host.memoryBytes,
    input.choices.memoryLimitBytes,
  );
  const user = userOf(host, engine);
  const port = `${CONTAINER_PORT}/tcp`;
  return {
    name: containerName(input.profile, input.choices.recipe),
    Image: input.imageRef,
    ...(user ? { User: `${user.uid}:${user.gid}` } : {}),
    Env: environment(gpu, input.env),
    Labels: {
      [labels.run]: input.runId,
      [labels.plan]: input.planDigest,
      [labels.role]: input.role,
      ...(input.profile === null ? {} : { [labels.profile]: input.profile }),
    },
    Tty: false,
    ExposedPorts: { [port]: {} },
    HostConfig: {
      Init: true,
      RestartPolicy: { Name: 'no' },
      PortBindings: {
        [port]: [{ HostIp: addressOf(input.listen), HostPort: String(input.port) }],
      },
      CapDrop: ['ALL'],
      SecurityOpt: securityOptions(engine),
      ...(usesUserNamespaces(engine) ? { UsernsMode: 'host' } : {}),
      Memory: memory,
      // Without swap on top the kernel ends the container, and not the desktop by swapping.
      MemorySwap: memory,
      // Rotated by the engine; our own copy is in the run's folder.
      LogConfig: { Type: 'json-file', Config: { 'max-size': '20m', 'max-file': '3' } },
      Mounts: input.mounts.map(mountSettings),
      Tmpfs: {
        [HOME]: tmpfsOptions(user, { mode: '0700', exec: !rehearsal, mebibytes: 2048 }),
        ...(rehearsal
          ? { '/tmp': tmpfsOptions(null, { mode: '1777', exec: false, mebibytes: 256 }) }
          : {}),
      },
      ...(rehearsal ? { ReadonlyRootfs: true } : { ShmSize: shmBytes(memory) }),
      ...(gpu?.DeviceRequests ? { DeviceRequests: gpu.DeviceRequests } : {}),
      ...(gpu?.Runtime ? { Runtime: gpu.Runtime } : {}),
    },
  };
}

/** `localhost` is a name, and the engine takes addresses only. */
export function addressOf(listen: string): string {
  return listen === 'localhost' ? '127.0.0.1' : listen;
}

function environment(gpu: GpuRequest | null, own: Record<string, string>): string[] {
  const given = Object.fromEntries(
    (gpu?.Env ?? []).map((entry) => {
      const at = entry.indexOf('=');
      return [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
  return Object.entries({ ...identityEnv(), ...given, ...own }).map(
    ([name, value]) => `${name}=${value}`,
  );
}

export function securityOptions(engine: Pick<ReadyEngine, 'securityOptions'>): string[] {
  const selinux = engine.securityOptions.some((option) => option.includes('name=selinux'));
  // Relabelling a person's folders would change them; NVML needs it too (docker-gpu.md §4).
  return ['no-new-privileges:true', ...(selinux ? ['label=disable'] : [])];
}

/** userns-remap would make the person's uid somebody else; rootless cannot leave its namespace. */
export function usesUserNamespaces(
  engine: Pick<ReadyEngine, 'rootless' | 'securityOptions'>,
): boolean {
  return (
    !engine.rootless && engine.securityOptions.some((option) => option.includes('name=userns'))
  );
}

function mountSettings(mount: ContainerMount): Docker.MountSettings {
  return {
    Type: mount.kind === 'volume' ? 'volume' : 'bind',
    Source: mount.source,
    Target: mount.target,
    ReadOnly: mount.readOnly,
  };
}
