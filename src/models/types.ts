import type { Failure } from '../contract/failure.ts';
import type { modelStates } from '../contract/models.ts';

export type ModelState = (typeof modelStates)[number];

/** Where a file comes from: a repository of the hub, or an address of its own. */
export type ModelOrigin =
  | {
      kind: 'hub';
      repo: string;
      revision: string;
      path: string;
      /** The name of the file is not certain: look for this quantisation in the repository. */
      match?: string;
    }
  | { kind: 'url'; url: string };

/** A file that has to be in the models folder. */
export interface WantedModel {
  id: string;
  /** Relative to the models folder, with `/`. */
  file: string;
  origin: ModelOrigin;
  /** Null: asked from the hub. */
  bytes: number | null;
  sha256: string | null;
}

/** What the hub said of a file. */
export interface ResolvedModel {
  /** Address at the hub: good for ever. */
  url: string;
  /** Address that gives the bytes: often signed, good for minutes. */
  location: string;
  bytes: number;
  /** Of the hub (X-Linked-Etag) or of the manifest; null where neither knows it. */
  sha256: string | null;
  commit: string | null;
  etag: string | null;
}

/** How one file ended. */
export interface ModelOutcome {
  id: string;
  file: string;
  state: ModelState;
  bytes: number | null;
  sha256: string | null;
  /** Where the file is; elsewhere than in the models folder when it is to be mounted from there. */
  path: string | null;
  /** Folder outside the models folder that has to be mounted read-only to reach `path`. */
  mount: string | null;
  failure: Failure | null;
}

export interface DownloadLimits {
  /** Connections for one file. */
  parts: number;
  /** Connections to one host, all files together. */
  perHost: number;
  /** Connections in all. */
  inAll: number;
  /** Files at the same time. */
  files: number;
  /** Null: as fast as it goes. */
  bytesPerSecond: number | null;
  /** A connection that is silent for so long is given up. */
  stallMs: number;
  /** First wait after a failure; doubles up to `backoffMaxMs`, with jitter. */
  backoffMs: number;
  backoffMaxMs: number;
  /** Failures in a row, without one new byte, before a file is given up. */
  patience: number;
  /** A file is not cut into smaller parts than this. */
  leastPartBytes: number;
}

export const defaultLimits: DownloadLimits = {
  parts: 8,
  perHost: 8,
  inAll: 16,
  files: 2,
  bytesPerSecond: null,
  stallMs: 30_000,
  backoffMs: 500,
  backoffMaxMs: 60_000,
  patience: 12,
  leastPartBytes: 1_048_576,
};
