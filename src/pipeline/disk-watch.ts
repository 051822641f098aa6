import { statfs } from 'node:fs/promises';
import type { Emit } from '../contract/events.ts';
import type { DiskPlace } from '../contract/ids.ts';
import type { DiskFact } from '../machine/types.ts';
import type { Clock } from '../ports/clock.ts';

const SAMPLE_MS = 2_000;

/** Samples the free space of each place that can be seen, every 2 s, until it is stopped. */
export function watchDisk(disk: readonly DiskFact[], clock: Clock, emit: Emit): { stop(): void } {
  const stopped = new AbortController();
  const before = new Map<DiskPlace, { freeBytes: number; atMs: number }>();
  const sample = async () => {
    for (const { place, path, freeBytes: seen } of disk) {
      if (seen === null) continue;
      const fs = await statfs(path).catch(() => null);
      if (!fs || stopped.signal.aborted) continue;
      const freeBytes = fs.bavail * fs.bsize;
      const atMs = clock.monotonicMs();
      const last = before.get(place);
      before.set(place, { freeBytes, atMs });
      const seconds = last ? (atMs - last.atMs) / 1000 : 0;
      const bytesPerSecond = last && seconds > 0 ? (last.freeBytes - freeBytes) / seconds : 0;
      emit({
        type: 'disk',
        place,
        freeBytes,
        totalBytes: fs.blocks * fs.bsize,
        bytesPerSecond: Math.round(bytesPerSecond),
        ...(bytesPerSecond > 0 ? { fullInSeconds: freeBytes / bytesPerSecond } : {}),
      });
    }
  };
  void (async () => {
    while (!stopped.signal.aborted) {
      await sample();
      await clock.sleep(SAMPLE_MS, stopped.signal).catch(() => {});
    }
  })();
  return { stop: () => stopped.abort() };
}
