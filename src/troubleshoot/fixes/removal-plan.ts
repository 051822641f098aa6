import type Docker from 'dockerode';
import { type CleanItem, type CleanKind, cleanKinds } from '../../contract/clean.ts';
import { Failure } from '../../contract/failure.ts';
import { oneOf } from '../../profiles/choice-words.ts';
import { formatBytes } from '../../text/format.ts';
import { removeItems } from './free-space.ts';
import type { FixObject, FixPlan } from './types.ts';

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

/** The removal of exactly these things, and of nothing else: a `y` away. */
export function removalPlan(
  items: readonly CleanItem[],
  docker: Docker | null,
): Pick<
  FixPlan,
  'title' | 'does' | 'objects' | 'frees' | 'download' | 'undo' | 'confirm' | 'root' | 'apply'
> {
  const kinds = cleanKinds.filter((kind) => items.some((item) => item.kind === kind));
  const what = kinds.map((kind) => words[kind](items.filter((item) => item.kind === kind).length));
  const stays = staying.filter(({ kind }) => kind === null || !kinds.includes(kind));
  const bytes = bytesOf(items);
  return {
    title: `Remove ${what.join(' and ')}, ${formatBytes(bytes)}`,
    does: `${capital(what.join(' and '))} would go. No ${oneOf(stays.map(({ name }) => name))} is touched.`,
    objects: items.map(objectOf),
    frees: bytes,
    download: null,
    undo: null,
    confirm: 'y',
    root: false,
    apply: async (signal, onLine) => {
      const { removed, failed } = await removeItems(docker, items, signal);
      signal.throwIfAborted();
      onLine(`Removed ${removed.length} of ${items.length}: ${formatBytes(bytesOf(removed))}.`);
      for (const { item, why } of failed) onLine(`${item.name} stays: ${why}`);
      if (removed.length === 0) throw nothingWent(failed[0]?.why ?? '');
      return {};
    },
  };
}

export function bytesOf(items: readonly CleanItem[]): number {
  return items.reduce((total, { bytes }) => total + (bytes ?? 0), 0);
}

function objectOf({ kind, name, bytes, lastUsedAt, consequence }: CleanItem): FixObject {
  const day = lastUsedAt === null ? '' : `last used ${lastUsedAt.slice(0, 10)}. `;
  return { name: kind === 'cache' ? madeBy(name) : name, bytes, note: `${day}${consequence}` };
}

/** BuildKit's own words for a step (solver/llbsolver/ops/exec.go, file.go) as its Dockerfile line. */
export function madeBy(description: string): string {
  return description.replace(/^mount \/ from exec (?:\/bin\/sh -c )?/, 'RUN ');
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
