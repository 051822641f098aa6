import { type CleanItem, type CleanKind, cleanKinds } from '../../contract/clean.ts';
import { formatBytes } from '../../text/format.ts';
import { removable } from './free-space.ts';
import { readyMinutes } from './ready-minutes.ts';
import { bytesOf, removalPlan } from './removal-plan.ts';
import type { FixAction } from './types.ts';

/** Removes what `clean` would, after a list; what the retry stands on is not in it. */
export const removal: FixAction = async ({ run, diagnoses }, fix, { docker, runsDir }) => {
  const kinds = kindsOf(fix.applies, fix.command);
  if (kinds.length === 0) return { not: 'It is not said what would be removed.' };
  const { items: all, keptCacheBytes } = await removable(docker, runsDir, kinds);
  const items = all.filter((item) => !isOfRun(item, run?.planned?.plan.image.ref));
  if (items.length === 0) return { not: 'There is nothing of it to remove.' };
  const disk = diagnoses[0]?.disk;
  return {
    ...removalPlan(items, docker),
    id: fix.applies ?? 'clean',
    minutes: fix.readyAgain?.minutes ?? (run?.planned ? readyMinutes(run, run.planned) : null),
    notes: [
      ...(keptCacheBytes > 0
        ? [`Kept: ${formatBytes(keptCacheBytes)} of build cache that the retry needs.`]
        : []),
      ...(disk
        ? [
            `After it ${disk.name} has ${formatBytes(disk.freeBytes + bytesOf(items))} free${disk.neededBytes === null ? '' : `; the retry needs ${formatBytes(disk.neededBytes)}`}.`,
          ]
        : []),
      ...(disk && disk.bytesPerSecond > 1e6
        ? [`Careful: ${disk.name} was falling by ${formatBytes(disk.bytesPerSecond * 60)}/min.`]
        : []),
    ],
    commands: [`steadydancer clean ${kinds.map((kind) => `--${kind}`).join(' ')}`],
    retries: run !== null,
  };
};

function kindsOf(id: string | undefined, command: string | undefined): CleanKind[] {
  const named = cleanKinds.filter((kind) => command?.split(/\s+/).includes(`--${kind}`));
  if (named.length > 0) return named;
  return id === 'prune-build-cache' ? ['cache'] : [];
}

/** The image that is being built, and the stages of it that have a tag of their own. */
function isOfRun({ kind, name }: CleanItem, ref: string | undefined): boolean {
  return (
    kind === 'images' && ref !== undefined && name.split(', ').some((tag) => tag.startsWith(ref))
  );
}
