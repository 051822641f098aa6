import type { StepWatch } from '../build/step-watch.ts';
import type { Fix } from '../contract/diagnosis.ts';
import { exitCodes } from '../contract/exit-codes.ts';
import { Failure } from '../contract/failure.ts';
import { reclaimable } from '../machine/reclaimable.ts';
import type { Clock } from '../ports/clock.ts';
import { formatBytes } from '../text/format.ts';
import { cacheLimit } from '../troubleshoot/fixes/cache-limit.ts';
import type { RunContext } from './context.ts';
import { ReserveReached } from './disk-guard.ts';
import type { WatchedDisk } from './disk-watch.ts';
import { builtBytesSince, type Shares, sharesOf } from './free-space-use.ts';
import { engineOf } from './phases/engine-of.ts';

/** Looking at the engine's store takes seconds on a full disk; a person waits for this page. */
const LOOK_LIMIT_MS = 8_000;

/**
 * A build that ended for want of space, with the figures that decide: what is free, who wrote it,
 * what is kept, what would make room (MOCKUPS A7). `error` is the guard's stop or the engine's own.
 */
export async function diskFailure(
  ctx: RunContext,
  error: ReserveReached | Failure,
  steps: StepWatch,
): Promise<Failure> {
  const disk = error instanceof ReserveReached ? error.disk : ctx.disk.guard.diskOf('docker');
  const { docker } = engineOf(ctx);
  const [built, found, limit] = await Promise.all([
    builtBytesSince(docker, ctx.disk.startedAt, LOOK_LIMIT_MS),
    reclaimable(docker, { timeoutMs: LOOK_LIMIT_MS }).catch(() => null),
    cacheLimit(docker).catch(() => null),
  ]);
  const shares = disk && built !== null ? await measureShares(ctx, disk, built) : null;
  const name = disk?.name ?? "the engine's disk";
  const kept = `Kept: ${steps.done} of ${steps.total} build steps${keptUntil(limit)}.`;
  const cause = [...(shares ? [sharesText(shares, name, plannedBytes(ctx))] : []), kept].join(' ');
  const needed =
    error instanceof ReserveReached
      ? Math.max(0, error.reserveBytes * 1.4 - error.disk.freeBytes)
      : 0;
  const fixes = fixesFor(found, needed, ctx.request.profile);
  if (!(error instanceof ReserveReached)) {
    const { details } = error;
    const more = [...(details.cause ? [details.cause] : []), cause].join(' ');
    return new Failure(
      { ...details, cause: more, fixes: [...fixes, ...(details.fixes ?? [])] },
      { cause: error },
    );
  }
  const { freeBytes, totalBytes, record } = error.disk;
  const step = steps.running === null ? '' : `; step ${steps.running} was running`;
  return new Failure({
    code: 'disk-reserve',
    sentence: `Disk ${name} has ${formatBytes(freeBytes)} free: the build stopped itself before it was full, finished steps are kept.`,
    proof: `${name}: ${formatBytes(freeBytes)} free of ${formatBytes(totalBytes)}; ${formatBytes(error.reserveBytes)} stay free (fastest write seen: ${formatBytes(record.fastestBytesPerSecond)}/s)${step}`,
    cause,
    fixes,
    exitCode: exitCodes.disk,
  });
}

/**
 * What the stopped step had written is of no record: only once the engine has given it back is what
 * is still missing somebody else's. With containerd's store that comes at a time of its own
 * (containerd pkg/gc/scheduler), so nothing is said there.
 */
async function measureShares(
  ctx: RunContext,
  atEnd: Readonly<WatchedDisk>,
  builtBytes: number,
): Promise<Shares | null> {
  const live = ctx.disk.guard.diskOf('docker');
  if (!live || engineOf(ctx).facts.imageStore === 'containerd') return null;
  const downloads = atEnd.places.includes('models') ? ctx.disk.downloaded.bytes : 0;
  const settled = await settledBytes(live, ctx.ports.clock);
  if (settled === null) return null;
  return sharesOf(atEnd.record.startBytes, atEnd.freeBytes, settled, builtBytes + downloads);
}

/** Free bytes once they stand still for three samples; null when they do not within 15 s. */
async function settledBytes(disk: WatchedDisk, clock: Clock): Promise<number | null> {
  let still = 0;
  for (let second = 0; second < 15; second += 1) {
    const before = disk.freeBytes;
    await clock.sleep(1_000);
    still = Math.abs(disk.freeBytes - before) < 16e6 ? still + 1 : 0;
    if (still === 3) return disk.freeBytes;
  }
  return null;
}

/** Downloads that the guard stopped; what they brought is kept. */
export function downloadReserve({ disk, reserveBytes }: ReserveReached): Failure {
  const { name, freeBytes, totalBytes } = disk;
  return new Failure({
    code: 'disk-reserve',
    sentence: `Disk ${name} has ${formatBytes(freeBytes)} free: the downloads stopped before it was full, what they brought is kept.`,
    proof: `${name}: ${formatBytes(freeBytes)} free of ${formatBytes(totalBytes)}; ${formatBytes(reserveBytes)} stay free`,
    fixes: fixesFor(null, 0, null),
    exitCode: exitCodes.disk,
  });
}

/** `Other programs wrote 19.6 GB to / since the start. This run wrote 64.2 GB of its planned 67.2 GB.` */
export function sharesText(
  { runBytes, otherBytes }: Shares,
  name: string,
  plannedBytes: number | null,
): string {
  // Below this the kernel's own bookkeeping looks like somebody else.
  const notable = 100e6;
  const others =
    otherBytes > notable
      ? `Other programs wrote ${formatBytes(otherBytes)} to ${name} since the start. `
      : '';
  const planned = plannedBytes === null ? '' : ` of its planned ${formatBytes(plannedBytes)}`;
  return `${others}This run wrote ${formatBytes(runBytes)}${planned}.`;
}

function plannedBytes({ planned }: RunContext): number | null {
  // How large an image of one's own gets is not known beforehand.
  if (planned.choices.recipe === 'custom') return null;
  const docker = planned.plan.disk.find(({ place }) => place === 'docker');
  return docker && docker.peakBytes > 0 ? docker.peakBytes : null;
}

function keptUntil(limitBytes: number | null): string {
  return limitBytes === null
    ? ''
    : `; Docker keeps at most ${formatBytes(limitBytes)} of build cache, so a retry soon finds more of them`;
}

/** Fixes that make enough room; one that does not is not offered alone. */
function fixesFor(
  found: Awaited<ReturnType<typeof reclaimable>> | null,
  neededBytes: number,
  profile: string | null,
): Fix[] {
  const again = `steadydancer run${profile === null ? '' : ` --profile ${profile}`}`;
  const retry = {
    label: 'I have made space: check and continue',
    command: again,
    applies: 'retry',
  };
  if (!found) return [retry];
  const { cacheBytes, imageBytes, images } = found;
  const cache = {
    label: `Remove build cache that this image does not use (up to ${formatBytes(cacheBytes)})`,
    command: 'steadydancer clean --cache',
    applies: 'prune-build-cache',
  };
  const unused = {
    label: `Remove ${images} images that no container uses (${formatBytes(imageBytes)})`,
    command: 'steadydancer clean --images',
  };
  const both = {
    label: `Remove unused build cache and ${images} images (up to ${formatBytes(cacheBytes + imageBytes)})`,
    command: 'steadydancer clean --cache --images',
  };
  const enough = (bytes: number) => bytes > 0 && bytes >= neededBytes;
  const alone = [...(enough(cacheBytes) ? [cache] : []), ...(enough(imageBytes) ? [unused] : [])];
  const offered = alone.length > 0 || !enough(cacheBytes + imageBytes) ? alone : [both];
  return [...offered, retry];
}
