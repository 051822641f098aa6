import { z } from 'zod';
import type { EngineVersion } from '../ports/docker.ts';
import type { EngineEndpoint, ReadyEngine } from './types.ts';

/** What is used of GET /info; every engine since 20.10 and Podman's imitation fit (moby api/swagger.yaml). */
export const infoSchema = z.object({
  ServerVersion: z.string().nullish(),
  OSType: z.string().nullish(),
  OperatingSystem: z.string().nullish(),
  DockerRootDir: z.string().nullish(),
  Driver: z.string().nullish(),
  DriverStatus: z.array(z.array(z.string())).nullish(),
  Runtimes: z.record(z.string(), z.unknown()).nullish(),
  DefaultRuntime: z.string().nullish(),
  CDISpecDirs: z.array(z.string()).nullish(),
  DiscoveredDevices: z.array(z.object({ Source: z.string(), ID: z.string() })).nullish(),
  SecurityOptions: z.array(z.string()).nullish(),
  MemTotal: z.number().nullish(),
  NCPU: z.number().nullish(),
  SystemTime: z.string().nullish(),
  HttpProxy: z.string().nullish(),
  HttpsProxy: z.string().nullish(),
  NoProxy: z.string().nullish(),
  Warnings: z.array(z.string()).nullish(),
});
export type EngineInfo = z.infer<typeof infoSchema>;

/** Puts the engine's two answers into one fact. Pure; `nowMs` is our clock when the answer came. */
export function readyEngine(
  endpoint: EngineEndpoint,
  version: EngineVersion,
  info: EngineInfo,
  around: { buildx: string | null; nowMs: number },
): ReadyEngine {
  const rootDir = info.DockerRootDir ?? '';
  const securityOptions = info.SecurityOptions ?? [];
  return {
    state: 'ready',
    endpoint: { url: endpoint.url, context: endpoint.context, remote: endpoint.remote },
    version: version.Version,
    apiVersion: version.ApiVersion,
    os: info.OSType ?? version.Os,
    arch: version.Arch,
    operatingSystem: info.OperatingSystem ?? '',
    rootDir,
    storageDriver: info.Driver ?? '',
    imageStore: usesContainerdStore(info) ? 'containerd' : 'classic',
    runtimes: Object.keys(info.Runtimes ?? {}),
    defaultRuntime: info.DefaultRuntime ?? null,
    cdiDevices: (info.DiscoveredDevices ?? [])
      .filter((device) => device.Source === 'cdi')
      .map((device) => device.ID),
    cdiSpecDirs: (info.CDISpecDirs ?? []).filter((dir) => dir !== ''),
    rootless: securityOptions.some((option) => option.startsWith('name=rootless')),
    desktop: /docker desktop/i.test(info.OperatingSystem ?? ''),
    // facts §7: the snap keeps its data in /var/snap/docker/common.
    snap: rootDir.startsWith('/var/snap/'),
    podman: (version.Components ?? []).some(({ Name }) => /podman/i.test(Name)),
    memoryBytes: info.MemTotal ?? 0,
    cpus: info.NCPU ?? 0,
    buildx: around.buildx,
    securityOptions,
    clockSkewMs: clockSkew(info.SystemTime, around.nowMs),
    proxy: {
      http: info.HttpProxy ?? '',
      https: info.HttpsProxy ?? '',
      no: info.NoProxy ?? '',
    },
    warnings: info.Warnings ?? [],
  };
}

/** `driver-type io.containerd.snapshotter.v1` marks containerd's store (moby daemon/info.go). */
function usesContainerdStore(info: EngineInfo): boolean {
  return (info.DriverStatus ?? []).some(
    ([key, value]) => key === 'driver-type' && value?.startsWith('io.containerd.snapshotter'),
  );
}

function clockSkew(systemTime: string | null | undefined, nowMs: number): number | null {
  const engineMs = systemTime ? Date.parse(systemTime) : Number.NaN;
  return Number.isNaN(engineMs) ? null : Math.round(engineMs - nowMs);
}

/**
 * The version in what `docker buildx version` prints: `github.com/docker/buildx v0.12.1 30feaa1`,
 * Debian's `github.com/docker/buildx 0.13.1+ds1 …`; null when it is no such line.
 */
export function buildxVersion(stdout: string): string | null {
  return /buildx v?(\d+\.\d+(?:\.\d+)?)/.exec(stdout)?.[1] ?? null;
}
