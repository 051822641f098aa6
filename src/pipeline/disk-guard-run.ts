import type { EventBody } from '../contract/events.ts';
import type { DiskPlace } from '../contract/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Planned } from '../recipe/types.ts';
import { askWhile } from './ask-while.ts';
import type { RunContext } from './context.ts';
import { DiskGuard } from './disk-guard.ts';
import { DiskShares } from './disk-shares.ts';
import { type WatchedDisk, watchDisk } from './disk-watch.ts';
import { writersSentence } from './disk-written.ts';
import type { DownloadPauses } from './download-pauses.ts';
import { storeBytes } from './engine-store.ts';
import { type Ballast, releaseOldBallast } from './free-space-ballast.ts';
import { DownloadedBytes } from './free-space-use.ts';
import { modelsAreIn } from './models-here.ts';

/** What a run knows of its disks. */
export interface RunDisk {
  guard: DiskGuard;
  shares: DiskShares;
  ballast: Ballast;
  downloaded: DownloadedBytes;
  startedAt: Date;
}

/** Makes the guard of a run; `start` begins to look. The context comes later than the guard. */
export function runDisk(
  { ballast, pauses }: { ballast: Ballast; pauses: DownloadPauses },
  reserveBytes: number | undefined,
  clock: Clock,
): { disk: RunDisk; start(ctx: RunContext): { stop(): void } } {
  let context: RunContext | null = null;
  const since = clock.now();
  const downloaded = new DownloadedBytes();
  const shares = new DiskShares({
    clock,
    since,
    store: async () => {
      const engine = context?.facts.engine;
      // How containerd's store grows is not in these figures, and it gives back when it likes.
      if (!engine || engine.facts.imageStore === 'containerd') return null;
      return storeBytes(engine.docker);
    },
    besides: (places) =>
      (places.includes(downloadsTo(context)) ? downloaded.bytes : 0) +
      (places.includes('state') ? ballast.bytes : 0),
    planned: (places) => (context ? plannedBytes(context.planned, places) : null),
  });
  const onLow = (text: string, _low: WatchedDisk, over: AbortSignal) => {
    if (!context) return;
    context.emit({ type: 'note', level: 'warn', text });
    void askToIgnore(context, text, over);
  };
  const writers = (low: WatchedDisk) => {
    const written = shares.of(low);
    return written && writersSentence(written, low.name);
  };
  const guard = new DiskGuard({ reserveBytes, pauses, onLow, writers });
  const more = (seen: WatchedDisk) => {
    const stopsAtBytes = guard.stopsAt(seen);
    const written = shares.of(seen);
    return {
      ...(stopsAtBytes === null ? {} : { stopsAtBytes: Math.round(stopsAtBytes) }),
      ...(guard.pausedFor(seen) ? { downloadsPaused: true } : {}),
      ...(written ? { written } : {}),
    };
  };
  return {
    disk: { guard, shares, ballast, downloaded, startedAt: since },
    start(ctx) {
      context = ctx;
      void releaseOldBallast(ctx.runsDir);
      void ballast.take();
      const onSample = (seen: WatchedDisk) => {
        shares.see(seen);
        guard.see(seen);
      };
      const { machine, emit } = ctx;
      const watch = watchDisk(machine.disk, clock, emit, onSample, undefined, more);
      return {
        stop() {
          watch.stop();
          ballast.release();
        },
      };
    },
  };
}

function downloadsTo(ctx: RunContext | null): DiskPlace {
  return ctx?.facts.engine && modelsAreIn(ctx) === 'volume' ? 'docker' : 'models';
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

/** The most that the plan writes to these places together; null where it cannot say. */
export function plannedBytes(
  { choices, plan }: Pick<Planned, 'choices' | 'plan'>,
  places: readonly DiskPlace[],
): number | null {
  // How large an image of one's own gets is not known beforehand.
  if (choices.recipe === 'custom') return null;
  const costs = plan.disk.filter(({ place }) => places.includes(place));
  const sum = (of: 'peakBytes' | 'finalBytes') =>
    costs.reduce((bytes, cost) => bytes + cost[of], 0);
  const serial = plan.warnings.some(({ code }) => code === 'disk-one-after-the-other');
  const peak = serial
    ? Math.max(sum('finalBytes'), ...costs.map((cost) => cost.peakBytes))
    : sum('peakBytes');
  return peak > 0 ? peak : null;
}

/** Only a person may switch the guard off; without one it stands. */
async function askToIgnore(ctx: RunContext, text: string, over: AbortSignal): Promise<void> {
  if (ctx.request.answers !== 'person') return;
  const question = {
    id: 'disk-low',
    text,
    options: [
      { id: 'guard', label: 'Wait: what can be paused is, until there is space again' },
      { id: 'ignore', label: 'Ignore: go on without the guard (the build may die)' },
    ],
    unattended: 'guard',
  };
  try {
    if ((await askWhile(ctx, question, 'guard', over)) === 'ignore') ctx.disk.guard.ignore();
  } catch {
    // There is room again, or the run ends.
  }
}
