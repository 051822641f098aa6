import { type CleanItem, type CleanKind, cleanKinds } from '../../contract/clean.ts';
import { Failure } from '../../contract/failure.ts';
import { oneOf } from '../../profiles/choice-words.ts';
import { formatBytes } from '../../text/format.ts';
import { removable, removeItems } from './free-space.ts';
import { readyMinutes } from './ready-minutes.ts';
import type { FixAction, FixObject } from './types.ts';

const words: Record<CleanKind, (count: number) => string> = {
  cache: (count) => `${count} ${count === 1 ? 'record' : 'records'} of build cache`,
  images: (count) => `${count} ${count === 1 ? 'image' : 'images'} that no container uses`,
  containers: (count) => `${count} ${count === 1 ? 'container' : 'containers'} that broke`,
  runs: (count) => `logs of ${count} older ${count === 1 ? 'run' : 'runs'}`,
  contexts: (count) => `${count} build ${count === 1 ? 'context' : 'contexts'}`,
};
/** What stays, said beside what goes. */
const staying: readonly { kind: CleanKind | null; name: string }[] = [
  { kind: 'images', name: 'image' },
  { kind: 'containers', name: 'container' },
  { kind: null, name: 'volume' },
  { kind: null, name: 'model' },
  { kind: null, name: 'video' },
];

/** Removes what `clean` would, after a list; what the retry stands on is not in it. */
export const removal: FixAction = async ({ run, diagnoses }, fix, { docker, runsDir }) => {
  const kinds = kindsOf(fix.applies, fix.command);
  if (kinds.length === 0) return { not: 'It is not said what would be removed.' };
  const { items: all, keptCacheBytes } = await removable(docker, runsDir, kinds);
  const items = all.filter((item) => !isOfRun(item, run?.planned?.plan.image.ref));
  if (items.length === 0) return { not: 'There is nothing of it to remove.' };
  const bytes = sum(items);
  const what = kinds
    .map((kind) => [kind, items.filter((item) => item.kind === kind).length] as const)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => words[kind](count));
  const stays = staying.filter(({ kind }) => kind === null || !kinds.includes(kind));
  const disk = diagnoses[0]?.disk;
  return {
    id: fix.applies ?? 'clean',
    title: `Remove ${what.join(' and ')}, ${formatBytes(bytes)}`,
    does: `${capital(what.join(' and '))} would go. No ${oneOf(stays.map(({ name }) => name))} is touched.`,
    objects: items.map(objectOf),
    frees: bytes,
    download: null,
    minutes: fix.readyAgain?.minutes ?? (run?.planned ? readyMinutes(run, run.planned) : null),
    undo: null,
    notes: [
      ...(keptCacheBytes > 0
        ? [`Kept: ${formatBytes(keptCacheBytes)} of build cache that the retry needs.`]
        : []),
      ...(disk
        ? [
            `After it ${disk.name} has ${formatBytes(disk.freeBytes + bytes)} free${disk.neededBytes === null ? '' : `; the retry needs ${formatBytes(disk.neededBytes)}`}.`,
          ]
        : []),
      ...(disk && disk.bytesPerSecond > 1e6
        ? [`Careful: ${disk.name} was falling by ${formatBytes(disk.bytesPerSecond * 60)}/min.`]
        : []),
    ],
    commands: [`steadydancer clean ${kinds.map((kind) => `--${kind}`).join(' ')}`],
    confirm: 'y',
    root: false,
    retries: run !== null,
    apply: async (signal, onLine) => {
      const { removed, failed } = await removeItems(docker, items, signal);
      signal.throwIfAborted();
      onLine(`Removed ${removed.length} of ${items.length}: ${formatBytes(sum(removed))}.`);
      for (const { item, why } of failed) onLine(`${item.name} stays: ${why}`);
      if (removed.length === 0) throw nothingWent(failed[0]?.why ?? '');
      return {};
    },
  };
};

function kindsOf(id: string | undefined, command: string | undefined): CleanKind[] {
  const named = cleanKinds.filter((kind) => command?.split(/\s+/).includes(`--${kind}`));
  if (named.length > 0) return named;
  return id === 'prune-build-cache' ? ['cache'] : [];
}

function objectOf({ kind, name, bytes, lastUsedAt, consequence }: CleanItem): FixObject {
  const day = lastUsedAt === null ? '' : `last used ${lastUsedAt.slice(0, 10)}. `;
  return { name: kind === 'cache' ? madeBy(name) : name, bytes, note: `${day}${consequence}` };
}

/** BuildKit's own words for a step (solver/llbsolver/ops/exec.go, file.go) as its Dockerfile line. */
function madeBy(description: string): string {
  return description.replace(/^mount \/ from exec (?:\/bin\/sh -c )?/, 'RUN ');
}

/** The image that is being built, and the stages of it that have a tag of their own. */
function isOfRun({ kind, name }: CleanItem, ref: string | undefined): boolean {
  return (
    kind === 'images' && ref !== undefined && name.split(', ').some((tag) => tag.startsWith(ref))
  );
}

function sum(items: readonly CleanItem[]): number {
  return items.reduce((total, { bytes }) => total + (bytes ?? 0), 0);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function nothingWent(proof: string): Failure {
  return new Failure({
    code: 'fix-no-effect',
    sentence: 'Nothing of it could be removed: all of it is in use.',
    proof,
  });
}
