import type { Fix } from '../contract/diagnosis.ts';
import type { DiskPlace } from '../contract/ids.ts';

/** Everything that was seen of the machine: measured, never assumed. Unknown is null. */
export interface Machine {
  host: Host;
  engine: EngineState;
  gpu: GpuState;
  disk: DiskFact[];
}

export interface Host {
  platform: NodeJS.Platform;
  /** As Node names it: x64, arm64. */
  arch: string;
  /** WSL's distribution name, null outside WSL. */
  wslDistro: string | null;
  /** Why Docker cannot be run or installed here, null where it can. */
  container: 'pod' | 'unprivileged' | 'privileged' | null;
  /** Id of the Runpod pod that this is. */
  podId: string | null;
  cores: number;
  memoryBytes: number;
  memoryFreeBytes: number;
  swapBytes: number;
  /** The person's ids: of SUDO_UID under sudo. Null on Windows. */
  uid: number | null;
  gid: number | null;
  user: string;
  home: string;
  /** True in an ssh session: addresses must be forwarded to be opened. */
  ssh: boolean;
  /** ID and ID_LIKE of /etc/os-release, the nearest first; [] outside Linux. */
  distro?: string[];
  /** systemd is what starts services here. */
  systemd?: boolean;
  /** Mandatory access control that is on: it can keep a container from a folder. */
  confinement?: ('selinux' | 'apparmor')[];
}

/** How the engine is reached. */
export interface EngineEndpoint {
  /** DOCKER_HOST style: unix:///…, tcp://…, ssh://…, npipe://… */
  url: string;
  /** The context that gave it; null when DOCKER_HOST or the default did. */
  context: string | null;
  /** Paths, ports and uids of a remote engine belong to that machine. */
  remote: boolean;
}

export interface ReadyEngine {
  state: 'ready';
  endpoint: EngineEndpoint;
  version: string;
  apiVersion: string;
  /** `linux` or `windows`; architecture as Docker names it: amd64, arm64. */
  os: string;
  arch: string;
  operatingSystem: string;
  rootDir: string;
  storageDriver: string;
  /** containerd's image store keeps a compressed copy beside the unpacked one. */
  imageStore: 'classic' | 'containerd';
  runtimes: string[];
  cdiDevices: string[];
  cdiSpecDirs: string[];
  rootless: boolean;
  desktop: boolean;
  snap: boolean;
  podman: boolean;
  memoryBytes: number;
  cpus: number;
  /** Version of the buildx plugin, null without one. */
  buildx: string | null;
  securityOptions: string[];
  defaultRuntime?: string | null;
  /** The engine's clock minus ours, in ms; null when it gave no time. */
  clockSkewMs?: number | null;
  /** Proxy that the engine itself uses for pulls. */
  proxy?: { http: string; https: string; no: string };
  /** What the engine itself warns of in GET /info. */
  warnings?: string[];
}

export const engineProblems = [
  'absent',
  'not-running',
  'no-permission',
  'wrong-context',
  'timeout',
  'desktop-stopped',
  'desktop-not-integrated',
  'windows-containers',
  'cannot-run-here',
  'unreachable',
  'ssh',
] as const;
export type EngineProblem = (typeof engineProblems)[number];

export interface MissingEngine {
  state: EngineProblem;
  endpoint: EngineEndpoint;
  /** One sentence for a person. */
  sentence: string;
  /** What the engine, the client or the system answered. */
  proof: string;
  fixes: Fix[];
}

export type EngineState = ReadyEngine | MissingEngine;

export interface Gpu {
  index: number;
  name: string;
  uuid: string;
  memoryTotalBytes: number | null;
  memoryFreeBytes: number | null;
  /** `8.9`; from nvidia-smi, else from a table by name, else null. */
  computeCapability: string | null;
  mig: boolean;
  processes: { pid: number; name: string; memoryBytes: number | null }[];
  /** MIG slices, where the GPU is cut up; a container gets one of them by its uuid. */
  slices?: { uuid: string; memoryTotalBytes: number | null }[];
}

export interface ReadyGpu {
  state: 'ready';
  driver: string;
  /** The CUDA version that the driver supports, from nvidia-smi's header. */
  cuda: string | null;
  gpus: Gpu[];
}

export const gpuProblems = [
  'none',
  'no-tool',
  'no-devices',
  'driver-not-loaded',
  'library-missing',
  'version-mismatch',
  'no-permission',
  'unseen-by-driver',
  'hang',
  'broken',
] as const;
export type GpuProblem = (typeof gpuProblems)[number];

export interface MissingGpu {
  state: GpuProblem;
  sentence: string;
  proof: string;
  fixes: Fix[];
}

export type GpuState = ReadyGpu | MissingGpu;

export interface DiskFact {
  place: DiskPlace;
  /** As the machine that owns it names it. */
  path: string;
  /** Null where it cannot be seen (an engine elsewhere). */
  freeBytes: number | null;
  totalBytes: number | null;
  freeInodes: number | null;
  /** Places with the same id share a filesystem. */
  filesystem: string | null;
  writable: boolean;
  /** WSL and Desktop: the Windows drive whose file this disk is, and what Linux itself reports. */
  drive?: { name: string; reportedFreeBytes: number | null };
}

/** What earlier runs left behind, found by label and lock, not by our own memory. */
export interface Inventory {
  containers: InventoryContainer[];
  images: InventoryImage[];
  volumes: { name: string; profile: string | null }[];
  runs: InventoryRun[];
}

export interface InventoryContainer {
  id: string;
  name: string;
  state: string;
  image: string;
  imageId: string;
  run: string | null;
  plan: string | null;
  profile: string | null;
  role: string;
  ports: { host: string; hostPort: number; containerPort: number }[];
}

export interface InventoryImage {
  id: string;
  refs: string[];
  plan: string | null;
  bytes: number;
}

export interface InventoryRun {
  id: string;
  /** What it was a run of. */
  recipe?: string;
  dir: string;
  pid: number | null;
  state: 'running' | 'finished' | 'dead';
}
