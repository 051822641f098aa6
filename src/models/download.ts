import {
  constants,
  lstat,
  access as mayAccess,
  open,
  rename,
  statfs,
  unlink,
} from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Dispatcher } from 'undici';
import type { Emit } from '../contract/events.ts';
import { Failure } from '../contract/failure.ts';
import type { Clock } from '../ports/clock.ts';
import { contentProblem } from './content.ts';
import { diskFailure, diskFull, modelsFailure } from './failures.ts';
import type { Gate } from './gate.ts';
import { addressOf, type HubAccess } from './hub-access.ts';
import type { Transfer } from './lane.ts';
import { runLanes } from './lanes.ts';
import type { Meter } from './meter.ts';
import { PartFile } from './part-file.ts';
import { bytesInPart } from './part-state.ts';
import { networkSetback, Patience, waitWords } from './patience.ts';
import { makeRoom, type Place } from './place.ts';
import type { Reach } from './reach.ts';
import { resolveModel } from './resolve.ts';
import type { Throttle } from './throttle.ts';
import type { DownloadLimits, ResolvedModel, WantedModel } from './types.ts';
import type { Valve } from './valve.ts';
import { NetworkError } from './web.ts';

export interface DownloadJob {
  wanted: WantedModel;
  place: Place;
  access: HubAccess;
  web: Dispatcher;
  gate: Gate;
  throttle: Throttle;
  valve: Valve;
  limits: DownloadLimits;
  clock: Clock;
  meter: Meter;
  emit: Emit;
  reach: Reach;
  signal: AbortSignal;
  /** Of this boot of the machine; null where it is not known. */
  boot: string | null;
  /** A file under the final name may be overwritten. */
  replace: boolean;
}

export interface Downloaded extends ResolvedModel {
  sha256: string;
}

/** The file is another one now, or came out wrong: what is there is of no use. */
class StartOver extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/**
 * Fetches one file: it is under its final name only when size and hash (or, where nobody knows the
 * hash, its content) were found right. What came before a failure is kept beside it as `.part`.
 * @param resolved what the hub said a moment ago; by default it is asked
 * @throws Failure (models-*, disk-full-models), or the signal's reason
 */
export async function download(job: DownloadJob, resolved?: ResolvedModel): Promise<Downloaded> {
  const patience = patienceOf(job);
  let known = resolved ?? (await resolvePatiently(job, patience));
  for (let overs = 0; ; overs += 1) {
    try {
      return await fetchAll(job, known, patience);
    } catch (error) {
      if (!(error instanceof StartOver)) throw await named(job, known, error);
      await unlink(job.place.state).catch(() => undefined);
      if (overs >= 1) throw error.failure;
      known = await resolvePatiently(job, patience);
    }
  }
}

type Asking = Pick<
  DownloadJob,
  'wanted' | 'access' | 'web' | 'limits' | 'clock' | 'signal' | 'emit' | 'reach'
>;

/** Each wait is told: minutes in which nothing is seen look like a program that hangs. */
function patienceOf({ limits, clock, emit, wanted }: Asking): Patience {
  return new Patience(
    limits,
    () => clock.monotonicMs(),
    Math.random,
    (wait) => emit({ type: 'note', level: 'warn', text: waitWords(wanted.file, wait) }),
  );
}

/** Asks the hub until it answers. @throws Failure, or the signal's reason */
export async function resolvePatiently(
  job: Asking,
  patience = patienceOf(job),
): Promise<ResolvedModel> {
  const { wanted, access, web, limits, clock, signal, reach } = job;
  const silent = reach.givenUp(addressOf(wanted.origin, access));
  if (silent) throw silent;
  for (;;) {
    const startedMs = clock.monotonicMs();
    let waitMs: number;
    try {
      const found = await resolveModel(wanted, access, web, limits.stallMs, signal, reach);
      if (found.kind === 'resolved') return found.model;
      if (found.kind !== 'again') throw 'failure' in found ? found.failure : new Error(found.kind);
      waitMs = patience.after({ ...found, startedMs });
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      waitMs = networkSetback(error, wanted.file, startedMs, patience, reach);
    }
    await clock.sleep(waitMs, signal);
  }
}

async function fetchAll(
  job: DownloadJob,
  resolved: ResolvedModel,
  patience: Patience,
): Promise<Downloaded> {
  const { place, meter, signal } = job;
  await makeRoom(place);
  await mayAccess(dirname(place.path), constants.W_OK);
  await refuseWhenFull(job, resolved);
  const part = PartFile.open(place, resolved, job.boot);
  const transfer: Transfer = {
    ...job,
    resolved,
    part,
    etag: null,
    whole: null,
    onBytes: () => {
      patience.progress();
      meter.progress(part.ledger.doneBytes);
    },
  };
  let refreshing: Promise<void> | null = null;
  const refresh = async (used: string, laneSignal: AbortSignal): Promise<void> => {
    if (transfer.resolved.location !== used) return;
    refreshing ??= again(job, transfer, patience, laneSignal).finally(() => {
      refreshing = null;
    });
    await refreshing;
  };
  try {
    meter.state('downloading', part.ledger.doneBytes, resolved.bytes);
    await runLanes({
      transfer,
      patience,
      valve: job.valve,
      signal,
      refresh,
      onPaused: (paused) => meter.state(paused ? 'paused' : 'downloading', part.ledger.doneBytes),
    });
    meter.state('verifying', resolved.bytes);
    const sha256 = await abortable(part.finish(), signal);
    const wrong = await problemOf(job, transfer.resolved, sha256);
    if (wrong) throw new StartOver(wrong);
    await part.close();
    await putInPlace(job);
    return { ...transfer.resolved, sha256 };
  } catch (error) {
    await part.close();
    throw error;
  }
}

/** Asks the hub for a new address. @throws StartOver when it is of another file */
async function again(
  job: DownloadJob,
  transfer: Transfer,
  patience: Patience,
  signal: AbortSignal,
): Promise<void> {
  const before = transfer.resolved;
  const now = await resolvePatiently({ ...job, signal }, patience);
  const same =
    now.bytes === before.bytes &&
    (now.sha256 !== null || before.sha256 !== null
      ? now.sha256 === before.sha256
      : now.etag === before.etag);
  if (!same) {
    throw new StartOver(
      modelsFailure(
        'models-changed',
        `${job.wanted.file} was changed at its source during the download.`,
        {
          proof: `${before.sha256 ?? before.etag} is now ${now.sha256 ?? now.etag}`,
        },
      ),
    );
  }
  transfer.resolved = now;
  transfer.etag = null;
}

async function problemOf(
  job: DownloadJob,
  resolved: ResolvedModel,
  sha256: string,
): Promise<Failure | null> {
  if (resolved.sha256 === null) return contentProblem(job.place.part, job.wanted.file);
  if (resolved.sha256 === sha256) return null;
  return modelsFailure(
    'models-hash-mismatch',
    `${job.wanted.file} came out wrong: its sha256 is not the one that its source gives.`,
    {
      proof: `sha256 ${sha256}, expected ${resolved.sha256}`,
      fixes: [{ label: 'Use another mirror, or look at the memory and the disk of this machine' }],
    },
  );
}

async function putInPlace({ place, replace, wanted }: DownloadJob): Promise<void> {
  if (!replace && (await lstat(place.path).catch(() => null))) throw otherFile(wanted.file);
  await rename(place.part, place.path);
  const folder = await open(dirname(place.path), constants.O_RDONLY);
  // Some network file systems refuse to sync a folder; the rename is done all the same.
  await folder.sync().catch(() => undefined);
  await folder.close();
  await unlink(place.state).catch(() => undefined);
}

/** A file that we did not fetch stands under the name of a model. */
export function otherFile(file: string): Failure {
  return modelsFailure(
    'models-other-file',
    `${file} is there already, and is not the file that its source gives.`,
    {
      proof: file,
      fixes: [
        { label: 'Overwrite it', command: `steadydancer models pull --replace` },
        { label: 'Move it away, then pull again' },
      ],
    },
  );
}

async function refuseWhenFull({ place }: DownloadJob, { bytes }: ResolvedModel): Promise<void> {
  const disk = await statfs(dirname(place.path));
  const free = disk.bavail * disk.bsize;
  const missing = bytes - Math.min(bytes, bytesInPart(place.state));
  // Some network file systems say 0 of 0.
  if (disk.blocks > 0 && missing > free) throw diskFull(place.folder, missing, free);
}

/** The error as something that a person can act on, where it is of the disk. */
async function named(job: DownloadJob, resolved: ResolvedModel, error: unknown): Promise<unknown> {
  if (error instanceof Failure || job.signal.aborted) return error;
  const disk = await statfs(job.place.folder).catch(() => null);
  const missing = resolved.bytes - Math.min(resolved.bytes, bytesInPart(job.place.state));
  return (
    diskFailure(error, job.place.folder, missing, disk ? disk.bavail * disk.bsize : null) ?? error
  );
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(signal.reason);
    if (signal.aborted) return aborted();
    signal.addEventListener('abort', aborted, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });
}
