import type { StepWatch } from '../build/step-watch.ts';
import type { DiskFigures } from '../contract/diagnosis.ts';
import type { Written } from '../contract/events.ts';
import type { Clock } from '../ports/clock.ts';
import { formatBytes } from '../text/format.ts';
import type { RunContext } from './context.ts';
import type { WatchedDisk } from './disk-watch.ts';
import { otherBytesNow, runBytesNow } from './disk-written.ts';

/** A disk at the moment when a build ended for want of space. */
export interface DiskAtEnd {
  name: string;
  freeBytes: number;
  totalBytes: number;
  startBytes: number | null;
  bytesPerSecond: number;
}

export function diskAtEnd(disk: Readonly<WatchedDisk>): DiskAtEnd {
  const { name, totalBytes, record } = disk;
  return {
    name,
    totalBytes,
    // The engine gives back what a failed step wrote while its error is on the way here.
    freeBytes: Math.min(disk.freeBytes, record.lowestBytes ?? disk.freeBytes),
    startBytes: record.startBytes,
    bytesPerSecond: Math.round(record.bytesPerSecond),
  };
}

/**
 * Who wrote, as it was at the end. What the stopped step had written is of no record: only once the
 * engine has given it back is what is still missing somebody else's. Undefined where that cannot be
 * told within 15 s.
 */
export async function writtenUntil(
  { disk, ports }: Pick<RunContext, 'disk' | 'ports'>,
  atEnd: DiskAtEnd,
): Promise<Written | undefined> {
  const live = disk.guard.diskOf('docker');
  if (!live || atEnd.startBytes === null || disk.shares.of(live) === undefined) return undefined;
  if (!(await settled(live, ports.clock))) return undefined;
  const written = await disk.shares.settle(live);
  if (!written) return undefined;
  const { otherBytes } = written;
  const others = otherBytesNow(written);
  const runBytes = Math.max(0, atEnd.startBytes - atEnd.freeBytes - others);
  return { ...written, runBytes, openBytes: 0, otherBytes };
}

/** True once the free bytes stand still for three samples; false when they do not within 15 s. */
async function settled(disk: WatchedDisk, clock: Clock): Promise<boolean> {
  let still = 0;
  for (let second = 0; second < 15; second += 1) {
    const before = disk.freeBytes;
    await clock.sleep(1_000);
    still = Math.abs(disk.freeBytes - before) < 16e6 ? still + 1 : 0;
    if (still === 3) return true;
  }
  return false;
}

/** All that was measured, for the page that a person reads. */
export function diskFigures(
  atEnd: DiskAtEnd,
  written: Written | undefined,
  steps: Pick<StepWatch, 'done' | 'total'>,
  cacheLimitBytes: number | null,
): DiskFigures {
  const run = written ? runBytesNow(written) : null;
  const planned = written?.plannedBytes ?? null;
  const { name, freeBytes, totalBytes, startBytes, bytesPerSecond } = atEnd;
  return {
    name,
    freeBytes,
    totalBytes,
    neededBytes: run === null || planned === null ? null : Math.max(0, planned - run),
    runBytes: run,
    plannedBytes: planned,
    otherBytes: written ? written.otherBytes : null,
    spareBytes: startBytes === null || planned === null ? null : startBytes - planned,
    bytesPerSecond,
    stepsKept: steps.done,
    stepsTotal: steps.total,
    cacheLimitBytes,
  };
}

/** `0.2 GB free, the last step needs 3.0 GB more.` (MOCKUPS A7) */
export function needSentence({ freeBytes, neededBytes }: DiskFigures): string {
  const free = `${formatBytes(freeBytes)} free`;
  return neededBytes === null || neededBytes === 0
    ? `${free}.`
    : `${free}, the last step needs ${formatBytes(neededBytes)} more.`;
}

/**
 * What is kept, and until when: `Kept 22 of 24 build steps; Docker keeps at most 20 GB of cache: retry
 * soon, or the oldest go.` Promised only when the builder's own limit is not in the way.
 */
export function keptSentence({ stepsKept, stepsTotal, cacheLimitBytes }: DiskFigures): string {
  const limit =
    cacheLimitBytes === null
      ? ''
      : `; Docker keeps at most ${formatBytes(cacheLimitBytes)} of cache: retry soon, or the oldest go`;
  return `Kept: ${stepsKept} of ${stepsTotal} build steps${limit}.`;
}
