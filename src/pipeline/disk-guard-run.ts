import type { EventBody } from '../contract/events.ts';
import { formatBytes } from '../text/format.ts';
import { askWhile } from './ask-while.ts';
import type { RunContext } from './context.ts';
import { DiskGuard } from './disk-guard.ts';
import { type WatchedDisk, watchDisk } from './disk-watch.ts';
import type { DownloadPauses } from './download-pauses.ts';
import { type Ballast, releaseOldBallast } from './free-space-ballast.ts';
import { DownloadedBytes } from './free-space-use.ts';

/** What a run knows of its disks. */
export interface RunDisk {
  guard: DiskGuard;
  ballast: Ballast;
  downloaded: DownloadedBytes;
  startedAt: Date;
}

/** Makes the guard of a run; `start` begins to look. The context comes later than the guard. */
export function runDisk(
  { ballast, pauses }: { ballast: Ballast; pauses: DownloadPauses },
  reserveBytes: number | undefined,
  now: Date,
): { disk: RunDisk; start(ctx: RunContext): { stop(): void } } {
  let context: RunContext | null = null;
  const onLow = (text: string, low: WatchedDisk, over: AbortSignal) => {
    if (!context) return;
    context.emit({ type: 'note', level: 'warn', text });
    void askToIgnore(context, low, over);
  };
  const guard = new DiskGuard({ reserveBytes, pauses, onLow });
  const disk = { guard, ballast, downloaded: new DownloadedBytes(), startedAt: now };
  return {
    disk,
    start(ctx) {
      context = ctx;
      void releaseOldBallast(ctx.runsDir);
      void ballast.take();
      const watch = watchDisk(ctx.machine.disk, ctx.ports.clock, ctx.emit, (seen) =>
        guard.see(seen),
      );
      return {
        stop() {
          watch.stop();
          ballast.release();
        },
      };
    },
  };
}

/** Counts what the downloads write, on the way of the events. */
export function countDownloads(
  emit: (event: EventBody) => void,
  downloaded: DownloadedBytes,
): (event: EventBody) => void {
  return (event) => {
    downloaded.see(event);
    emit(event);
  };
}

/** Only a person may switch the guard off; without one it stands. */
async function askToIgnore(ctx: RunContext, low: WatchedDisk, over: AbortSignal): Promise<void> {
  if (ctx.request.answers !== 'person') return;
  const reserve = formatBytes(ctx.disk.guard.reserveOf(low));
  const question = {
    id: 'disk-low',
    text: `Disk ${low.name} has ${formatBytes(low.freeBytes)} free. Stop the build at ${reserve}?`,
    options: [
      { id: 'guard', label: `Stop it at ${reserve} free, steps kept` },
      { id: 'ignore', label: 'Go on without the guard: the build may die' },
    ],
    unattended: 'guard',
  };
  try {
    if ((await askWhile(ctx, question, 'guard', over)) === 'ignore') ctx.disk.guard.ignore();
  } catch {
    // There is room again, or the run ends.
  }
}
