import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Emit, EventOf } from '../contract/events.ts';
import type { DiskPlace } from '../contract/ids.ts';
import { nearestExisting } from '../machine/disk.ts';
import type { DiskFact } from '../machine/types.ts';
import type { Clock } from '../ports/clock.ts';
import { FreeSpaceRecord } from './disk-rate.ts';

const SAMPLE_MS = 1_000;
/** An event comes when this much has changed, or after this time: a journal is no recorder. */
const TELL_BYTES = 16e6;
const TELL_MS = 10_000;
const STATFS_LIMIT_MS = 900;

/** One filesystem (or, under WSL, one Windows drive) with all places that lie on it. */
export interface WatchedDisk {
  /** As a person knows it: its mount point, or `C:`. */
  name: string;
  places: DiskPlace[];
  freeBytes: number;
  totalBytes: number;
  record: FreeSpaceRecord;
}

/** What others know of a disk and its events carry: the guard's line, who wrote. */
export type MoreOfDisk = (
  disk: WatchedDisk,
) => Partial<Pick<EventOf<'disk'>, 'stopsAtBytes' | 'downloadsPaused' | 'written'>>;

/** Free and total bytes of a place; rejects or gives null where it cannot be seen now. */
export type LookAtDisk = (fact: DiskFact) => Promise<{ free: number; total: number } | null>;

interface Watching {
  fact: DiskFact;
  disk: WatchedDisk;
  told: { freeBytes: number; atMs: number } | null;
}

/**
 * Samples the free space of each filesystem once a second until it is stopped. `onSample` comes for
 * every sample; events come for each place when something moved.
 */
export function watchDisk(
  facts: readonly DiskFact[],
  clock: Clock,
  emit: Emit,
  onSample: (disk: WatchedDisk) => void = () => {},
  look: LookAtDisk = freeNow,
  more: MoreOfDisk = () => ({}),
): { stop(): void } {
  const stopped = new AbortController();
  const watching = group(facts);
  const sample = async ({ fact, disk, told }: Watching): Promise<Watching['told']> => {
    const seen = await look(fact).catch(() => null);
    if (!seen || stopped.signal.aborted) return told;
    const atMs = clock.monotonicMs();
    disk.freeBytes = seen.free;
    disk.totalBytes = seen.total;
    disk.record.add({ atMs, freeBytes: seen.free });
    onSample(disk);
    const moved = told === null || Math.abs(told.freeBytes - seen.free) >= TELL_BYTES;
    if (!moved && atMs - (told?.atMs ?? 0) < TELL_MS) return told;
    for (const place of disk.places) tell(place, disk, emit, more);
    return { freeBytes: seen.free, atMs };
  };
  void (async () => {
    for (const { fact, disk } of watching) {
      // Beside the samples: a network folder that hangs must not hold them up.
      void nameOf(fact).then(
        (name) => {
          disk.name = name;
        },
        () => {},
      );
    }
    while (!stopped.signal.aborted) {
      for (const each of watching) each.told = await sample(each);
      await clock.sleep(SAMPLE_MS, stopped.signal).catch(() => {});
    }
  })();
  return { stop: () => stopped.abort() };
}

function group(facts: readonly DiskFact[]): Watching[] {
  const byFilesystem = new Map<string, Watching>();
  for (const fact of facts) {
    if (fact.freeBytes === null || fact.totalBytes === null) continue;
    const key = fact.filesystem ?? fact.path;
    const known = byFilesystem.get(key);
    if (known) {
      known.disk.places.push(fact.place);
      continue;
    }
    const { freeBytes, totalBytes, place, path } = fact;
    const record = new FreeSpaceRecord();
    const disk = { name: path, places: [place], freeBytes, totalBytes, record };
    byFilesystem.set(key, { fact, disk, told: null });
  }
  return [...byFilesystem.values()];
}

function tell(place: DiskPlace, disk: WatchedDisk, emit: Emit, more: MoreOfDisk): void {
  const { freeBytes, totalBytes, record } = disk;
  const { fullInSeconds } = record;
  emit({
    type: 'disk',
    place,
    name: disk.name,
    freeBytes,
    totalBytes,
    bytesPerSecond: Math.round(record.bytesPerSecond),
    ...(fullInSeconds === null ? {} : { fullInSeconds }),
    ...more(disk),
  });
}

/** A virtual disk of WSL is a file on a Windows drive: the smaller of both counts (machine/disk.ts). */
async function freeNow({ path, drive }: DiskFact): Promise<{ free: number; total: number }> {
  if (!drive) return space(path);
  const windows = await space(`/mnt/${drive.name.charAt(0).toLowerCase()}`);
  const inside = await space(path).catch(() => windows);
  return inside.free < windows.free ? inside : windows;
}

async function space(path: string): Promise<{ free: number; total: number }> {
  // A network folder that hangs must not hide the other disks.
  const late = AbortSignal.timeout(STATFS_LIMIT_MS);
  const found = await Promise.race([
    nearestExisting(path).then((existing) => statfs(existing)),
    new Promise<never>((_, reject) => {
      late.addEventListener('abort', () => reject(late.reason), { once: true });
    }),
  ]);
  return { free: found.bavail * found.bsize, total: found.blocks * found.bsize };
}

/** The mount point that a path lies on: the topmost folder on the same device. */
async function nameOf({ path, drive }: DiskFact): Promise<string> {
  if (drive) return drive.name;
  let at = await nearestExisting(path);
  const { dev } = await stat(at);
  while (at !== dirname(at) && (await stat(dirname(at))).dev === dev) at = dirname(at);
  return at;
}
