import type { StepWatch } from '../build/step-watch.ts';
import { exitCodes } from '../contract/exit-codes.ts';
import { Failure } from '../contract/failure.ts';
import { formatBytes } from '../text/format.ts';
import { cacheLimit } from '../troubleshoot/fixes/cache-limit.ts';
import { removable } from '../troubleshoot/fixes/free-space.ts';
import { freeSpaceOffers, retryFix } from '../troubleshoot/fixes/free-space-offers.ts';
import type { RunContext } from './context.ts';
import {
  diskAtEnd,
  diskFigures,
  keptSentence,
  needSentence,
  writtenUntil,
} from './disk-figures.ts';
import { ReserveReached } from './disk-guard.ts';
import { writtenAtEnd } from './disk-written.ts';
import { engineOf } from './phases/engine-of.ts';
import { readyAgain } from './ready-again.ts';

/** Looking at the engine's store takes seconds on a full disk; a person waits for this page. */
const LOOK_LIMIT_MS = 8_000;
/** Free space that lets downloads and builds go on is this much above the reserve. */
const CLEARLY_ABOVE = 1.4;

/**
 * A build that ended for want of space, with the figures that decide: what is free, who wrote it,
 * what is kept, what would make room (MOCKUPS A7). `error` is the guard's stop or the engine's own;
 * `times` what this build, and in it the step that was running, had taken.
 */
export async function diskFailure(
  ctx: RunContext,
  error: ReserveReached | Failure,
  steps: StepWatch,
  times: { buildMs: number; stepMs: number },
): Promise<Failure> {
  const stopped = error instanceof ReserveReached;
  const disk = stopped ? error.disk : ctx.disk.guard.diskOf('docker');
  const atEnd = disk ? diskAtEnd(disk) : null;
  const { docker } = engineOf(ctx);
  const reserveBytes = stopped ? error.reserveBytes : 0;
  // Once the engine stands still, so that what is listed is what is left.
  const written = atEnd ? await writtenUntil(ctx, atEnd) : undefined;
  const limit = await cacheLimit(docker, ctx.ports).catch(() => null);
  const figures = atEnd ? diskFigures(atEnd, written, steps, limit) : undefined;
  const needed =
    (figures?.neededBytes ?? 0) + reserveBytes * CLEARLY_ABOVE - (atEnd?.freeBytes ?? 0);
  const found = await removable(
    docker,
    ctx.runsDir,
    ['cache', 'images', 'runs'],
    LOOK_LIMIT_MS,
  ).catch(() => ({ items: [] }));
  const fixes = freeSpaceOffers(
    { items: found.items, imageRef: ctx.planned.plan.image.ref },
    Math.max(0, needed),
    readyAgain(ctx.history, ctx.facts.buildMs + times.buildMs, times.stepMs),
    ctx.request.profile,
  );
  const cause = [
    ...(figures ? [needSentence(figures)] : []),
    ...(atEnd && written ? [writtenAtEnd(written, atEnd)] : []),
    ...(figures ? [keptSentence(figures)] : [`Kept: ${steps.done} of ${steps.total} build steps.`]),
  ].join(' ');
  const more = figures ? { disk: figures } : {};
  if (!stopped) {
    const { details } = error;
    return new Failure(
      {
        ...details,
        sentence: named(details.sentence, atEnd?.name),
        cause: [...(details.cause ? [details.cause] : []), cause].join(' '),
        fixes: [...fixes, ...(details.fixes ?? [])],
        ...more,
      },
      { cause: error },
    );
  }
  const { name, freeBytes, totalBytes, record } = error.disk;
  const step = steps.running === null ? '' : `; step ${steps.running} was running`;
  return new Failure({
    code: 'disk-reserve',
    sentence: `Disk ${name} was about to fill: the build stopped itself, steps are kept.`,
    proof: `${name}: ${formatBytes(freeBytes)} free of ${formatBytes(totalBytes)}; ${formatBytes(error.reserveBytes)} stay free (fastest write seen: ${formatBytes(record.fastestBytesPerSecond)}/s)${step}`,
    cause,
    fixes,
    exitCode: exitCodes.disk,
    ...more,
  });
}

/** `The engine's disk is full: …` where its name is known: `Disk / is full: …`. */
function named(sentence: string, name: string | undefined): string {
  return name === undefined ? sentence : sentence.replace(/^The engine's disk/, `Disk ${name}`);
}

/** Downloads that the guard stopped; what they brought is kept. */
export function downloadReserve(
  { request }: Pick<RunContext, 'request'>,
  { disk, reserveBytes }: ReserveReached,
): Failure {
  const { name, freeBytes, totalBytes } = disk;
  return new Failure({
    code: 'disk-reserve',
    sentence: `Disk ${name} was about to fill: the downloads stopped, what they brought is kept.`,
    proof: `${name}: ${formatBytes(freeBytes)} free of ${formatBytes(totalBytes)}; ${formatBytes(reserveBytes)} stay free`,
    fixes: [retryFix(request.profile)],
    exitCode: exitCodes.disk,
  });
}
