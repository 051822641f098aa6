import { stat } from 'node:fs/promises';
import type { Dispatcher } from 'undici';
import type { Emit } from '../contract/events.ts';
import type { Clock } from '../ports/clock.ts';
import type { Downloaded } from './download.ts';
import type { Gate } from './gate.ts';
import { type HubAccess, withoutQuery } from './hub-access.ts';
import type { Pins } from './pins.ts';
import type { Place } from './place.ts';
import type { Reach } from './reach.ts';
import type { FoundFile } from './reuse.ts';
import type { Throttle } from './throttle.ts';
import type { DownloadLimits, ModelOutcome, WantedModel } from './types.ts';
import type { Valve } from './valve.ts';

export interface PullOptions {
  folder: string;
  models: readonly WantedModel[];
  access: HubAccess;
  web: Dispatcher;
  clock: Clock;
  emit: Emit;
  signal: AbortSignal;
  limits?: Partial<DownloadLimits>;
  /** Folders to look in for files that are there already. */
  reuseFrom?: readonly string[];
  /** False: what is found on another filesystem is copied, not used where it is. Default true. */
  mayMount?: boolean;
  valve?: Valve;
  /** Where pins go when the models folder cannot be written. */
  stateDir?: string | null;
  /** Files under a final name that are not the right ones are overwritten. */
  replace?: boolean;
}

/** What the files of one pull share. */
export interface Pulling {
  options: PullOptions;
  limits: DownloadLimits;
  gate: Gate;
  throttle: Throttle;
  valve: Valve;
  pins: Pins;
  reach: Reach;
  found: () => Promise<Map<number, FoundFile[]>>;
  signal: AbortSignal;
}

/** Notes what was seen of a file that is now in its place. */
export async function pin(pulling: Pulling, place: Place, done: Downloaded): Promise<void> {
  const { mtimeMs } = await stat(place.path);
  const { bytes, sha256, commit } = done;
  const seen = { url: withoutQuery(done.url), commit, bytes, sha256, mtimeMs };
  await pulling.pins.put(place.file, seen, pulling.options.clock, pulling.signal);
}

/** How a file ended, before more is known of it. */
export function outcome(wanted: WantedModel, state: ModelOutcome['state']): ModelOutcome {
  const { id, file, bytes, sha256 } = wanted;
  return { id, file, state, bytes, sha256, path: null, mount: null, failure: null };
}
