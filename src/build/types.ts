/**
 * BuildKit's SolveStatus, the vocabulary of both transports (moby/buildkit client/graph.go,
 * api/services/control/control.proto). Times are ISO-8601 strings by BuildKit's clock.
 */
export interface SolveVertex {
  digest: string;
  inputs?: string[];
  name: string;
  started?: string;
  completed?: string;
  cached?: boolean;
  error?: string;
}

export interface SolveVertexStatus {
  id: string;
  vertex: string;
  name?: string;
  current: number;
  total: number;
  timestamp?: string;
  started?: string;
  completed?: string;
}

export interface SolveLog {
  vertex: string;
  /** 1 stdout, 2 stderr. */
  stream: 1 | 2;
  /** Raw bytes as the step printed them; sanitised only where they are shown. */
  data: Uint8Array;
  timestamp?: string;
}

export interface SolveWarning {
  vertex: string;
  level: number;
  short: string;
  detail?: string[];
  url?: string;
  /** Dockerfile lines, 1-based. */
  lines?: { start: number; end: number }[];
}

export interface SolveStatus {
  vertexes?: SolveVertex[];
  statuses?: SolveVertexStatus[];
  logs?: SolveLog[];
  warnings?: SolveWarning[];
}

/** What a transport yields. `output` is text that is no status: errors, notices of the client. */
export type SolveEvent =
  | { type: 'status'; status: SolveStatus }
  | { type: 'output'; text: string }
  /** The engine pulls a base image before the build (only without a session). */
  | { type: 'pull'; ref: string; layer: string; state: string; current: number; total: number };

export interface BuildRequest {
  /** Folder that is the build context. */
  contextDir: string;
  /** Path of the Dockerfile, inside or outside the context. */
  dockerfile: string;
  tag: string;
  args: Record<string, string>;
  labels: Record<string, string>;
  /** Stop after this stage. */
  target?: string;
  /** `linux/amd64`; by default the engine's own. */
  platform?: string;
  noCache?: boolean;
  /** Pull base images even when they are there. */
  pull?: boolean;
}

export interface BuiltImage {
  /** `sha256:…`. */
  id: string;
}

/** One way to build. Throws a Failure (build-*, registry-*, disk-*) or the signal's reason. */
export interface Builder {
  readonly transport: 'engine' | 'buildx';
  build(
    request: BuildRequest,
    onEvent: (event: SolveEvent) => void,
    signal: AbortSignal,
  ): Promise<BuiltImage>;
}
