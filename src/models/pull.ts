import { statfs } from 'node:fs/promises';
import { Failure } from '../contract/failure.ts';
import { download, otherFile, resolvePatiently } from './download.ts';
import { diskFailure } from './failures.ts';
import { bootId, lockFile } from './file-lock.ts';
import { Gate } from './gate.ts';
import { locate } from './locate.ts';
import { Meter } from './meter.ts';
import { type Pin, Pins } from './pins.ts';
import { makeRoom, type Place, placeOf, refuseFileInTheWay } from './place.ts';
import { type Presence, presence } from './present.ts';
import { foundElsewhere, tryReuse } from './pull-reused.ts';
import { outcome, type Pulling, type PullOptions, pin } from './pulling.ts';
import { Reach } from './reach.ts';
import { type FoundFile, filesBySize } from './reuse.ts';
import { Throttle } from './throttle.ts';
import { defaultLimits, type ModelOutcome, type ResolvedModel, type WantedModel } from './types.ts';
import { Valve } from './valve.ts';

export type { PullOptions } from './pulling.ts';

export interface PullReport {
  ok: boolean;
  files: ModelOutcome[];
  /** The first of the failures. */
  failure: Failure | null;
}

/** After these no other file can do better. */
const ends = (failure: Failure) => /^(disk-|models-folder-|models-disk-)/.test(failure.code);

/**
 * Brings every model into the folder: finds it there, reuses it from elsewhere, or downloads it.
 * One file's failure does not stop the others, unless it is of the disk.
 * @throws the signal's reason; failures are in the report
 */
export async function pull(options: PullOptions): Promise<PullReport> {
  const limits = { ...defaultLimits, ...options.limits };
  const stop = new AbortController();
  const { clock } = options;
  let found: Promise<Map<number, FoundFile[]>> | null = null;
  const pulling: Pulling = {
    options,
    limits,
    gate: new Gate(limits.perHost, limits.inAll),
    throttle: new Throttle(limits.bytesPerSecond, () => clock.monotonicMs()),
    valve: options.valve ?? new Valve(),
    reach: new Reach(),
    pins: new Pins(options.folder, options.stateDir ?? null),
    found: () => {
      found ??= filesBySize(options.reuseFrom ?? [], options.signal);
      return found;
    },
    signal: AbortSignal.any([options.signal, stop.signal]),
  };
  const outcomes = new Map<WantedModel, ModelOutcome>();
  const queue = [...options.models];
  let failure: Failure | null = null;
  const worker = async () => {
    for (let wanted = queue.shift(); wanted; wanted = queue.shift()) {
      const meter = new Meter(wanted.file, wanted.bytes, options.emit, clock);
      const outcome = await pullOne(pulling, wanted, meter).catch((error) =>
        failed(wanted, pulling, meter, error),
      );
      if (!outcome) continue;
      outcomes.set(wanted, outcome);
      if (outcome.failure) meter.state('failed');
      else meter.state(outcome.state, outcome.bytes ?? 0, outcome.bytes);
      if (!outcome.failure) continue;
      failure ??= outcome.failure;
      if (ends(outcome.failure)) stop.abort(outcome.failure);
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: limits.files }, worker));
  options.signal.throwIfAborted();
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  const files = options.models.map((wanted) => outcomes.get(wanted) ?? outcome(wanted, 'missing'));
  return { ok: failure === null, files, failure };
}

async function pullOne(pulling: Pulling, wanted: WantedModel, meter: Meter): Promise<ModelOutcome> {
  const { options, signal, pins } = pulling;
  const place = await placeOf(options.folder, wanted.file);
  await refuseFileInTheWay(place);
  const pin = (await pins.read())[place.file];
  const check = (expected: { bytes: number | null; sha256: string | null }) =>
    presence(place, expected, pin, true, signal, (bytes, total) =>
      meter.state('verifying', bytes, total),
    );
  const known = {
    bytes: wanted.bytes ?? pin?.bytes ?? null,
    sha256: wanted.sha256 ?? pin?.sha256 ?? null,
  };
  meter.state('waiting', 0);
  let there = await check(known);
  if (there.kind === 'right') return keep(pulling, wanted, place, there);
  const elsewhere = there.kind === 'absent' ? await foundElsewhere(pulling, wanted, known) : null;
  if (elsewhere) return elsewhere;
  if (there.kind === 'wrong' && known.sha256 !== null && !options.replace)
    throw otherFile(wanted.file);

  meter.state('resolving', 0);
  const named = await locate(wanted, options.access, options.web, pulling.limits.stallMs, signal);
  const pinned = pinnedTo(named, pin, there);
  const resolved = await resolvePatiently({
    ...pulling,
    ...options,
    limits: pulling.limits,
    wanted: pinned,
    signal,
  });
  meter.state('resolving', 0, resolved.bytes);
  if (there.kind !== 'absent') {
    there = await check(resolved);
    if (there.kind === 'right') return keep(pulling, wanted, place, there);
    if (there.kind === 'plausible' && resolved.sha256 === null)
      return keep(pulling, wanted, place, there);
    if (!options.replace) throw otherFile(wanted.file);
  }
  const reused = await tryReuse(pulling, wanted, place, resolved, meter);
  if (reused) return reused;
  return fetchLocked(pulling, pinned, place, resolved, meter);
}

/** What the lock pins is asked for by its commit, so that a branch that moved gives the same file. */
function pinnedTo(wanted: WantedModel, pin: Pin | undefined, there: Presence): WantedModel {
  if (!pin?.commit || wanted.origin.kind !== 'hub' || there.kind === 'wrong') return wanted;
  if (wanted.sha256 !== null && wanted.sha256 !== pin.sha256) return wanted;
  return {
    ...wanted,
    bytes: pin.bytes,
    sha256: pin.sha256,
    origin: { ...wanted.origin, revision: pin.commit },
  };
}

/** Downloads under the lock of the file; when another process had it, looks what it left. */
async function fetchLocked(
  pulling: Pulling,
  wanted: WantedModel,
  place: Place,
  resolved: ResolvedModel,
  meter: Meter,
): Promise<ModelOutcome> {
  const { options, limits, signal } = pulling;
  await makeRoom(place);
  const lock = await lockFile(place.lock, options.clock, signal, () => meter.state('waiting', 0));
  try {
    // Another process may have finished it while we waited, or while we asked the hub.
    const pins = await pulling.pins.read();
    const there = await presence(place, resolved, pins[place.file], true, signal);
    if (there.kind === 'right' || (there.kind === 'plausible' && resolved.sha256 === null)) {
      return await keep(pulling, wanted, place, there);
    }
    const job = { ...pulling, ...options, limits, signal, valve: pulling.valve };
    const done = await download(
      { ...job, wanted, place, meter, boot: bootId(), replace: options.replace ?? false },
      resolved,
    );
    await pin(pulling, place, done);
    const { bytes, sha256 } = done;
    return { ...outcome(wanted, 'done'), bytes, sha256, path: place.path };
  } finally {
    await lock.release();
  }
}

async function keep(
  pulling: Pulling,
  wanted: WantedModel,
  place: Place,
  there: Extract<Presence, { kind: 'right' | 'plausible' }>,
): Promise<ModelOutcome> {
  const { bytes, sha256, mtimeMs } = there;
  if (there.kind === 'plausible' || there.hashed) {
    const before = (await pulling.pins.read())[place.file];
    const pinned = {
      url: before?.url ?? null,
      commit: before?.commit ?? null,
      bytes,
      sha256,
      mtimeMs,
    };
    await pulling.pins.put(place.file, pinned, pulling.options.clock, pulling.signal);
  }
  return { ...outcome(wanted, 'present'), bytes, sha256, path: place.path };
}

async function failed(
  wanted: WantedModel,
  pulling: Pulling,
  meter: Meter,
  error: unknown,
): Promise<ModelOutcome | null> {
  // Stopped because of another file, or by a person: nothing of its own.
  if (pulling.signal.aborted) return null;
  const { folder } = pulling.options;
  const disk = await statfs(folder).catch(() => null);
  const failure =
    error instanceof Failure
      ? error
      : diskFailure(error, folder, meter.missingBytes, disk ? disk.bavail * disk.bsize : null);
  if (!failure) throw error;
  return { ...outcome(wanted, 'failed'), failure };
}
