import type { CleanItem } from '../../contract/clean.ts';
import type { Fix, ReadyAgain } from '../../contract/diagnosis.ts';
import { formatBytes } from '../../text/format.ts';

/** What of the list of removable things is left for this run: nothing that it stands on itself. */
export interface Offerable {
  items: readonly CleanItem[];
  /** Tag of the image that is being built; its stages are tags that begin like it. */
  imageRef: string;
}

const KINDS = ['cache', 'images', 'runs'] as const;
type Kind = (typeof KINDS)[number];

const labelOf: Record<Kind, (count: number, bytes: number) => string> = {
  cache: (_count, bytes) =>
    `Remove build cache that this image does not use (${formatBytes(bytes)})`,
  images: (count, bytes) =>
    `Remove ${count} ${count === 1 ? 'image' : 'images'} that no container uses (${formatBytes(bytes)})`,
  runs: (count, bytes) =>
    `Remove the logs of ${count} older ${count === 1 ? 'run' : 'runs'} (${formatBytes(bytes)})`,
};

/** Removals below this help nobody who needs gigabytes. */
const LEAST_BYTES = 50e6;

/**
 * Fixes that make enough room for a run that ended for want of it, the one that frees most first,
 * each with its GB and the minutes until the run is where it was. One that does not free enough is
 * not offered alone: then all together, where that is enough.
 */
export function freeSpaceOffers(
  { items, imageRef }: Offerable,
  neededBytes: number,
  readyAgain: ReadyAgain | undefined,
  profile: string | null,
): Fix[] {
  const again = readyAgain ? { readyAgain } : {};
  const offers = KINDS.flatMap((kind) => {
    const mine = items.filter((item) => item.kind === kind && !isOf(imageRef, item));
    const bytes = mine.reduce((sum, item) => sum + (item.bytes ?? 0), 0);
    return bytes < LEAST_BYTES ? [] : [{ kind, bytes, count: mine.length }];
  }).sort((a, b) => b.bytes - a.bytes);
  const enough = offers.filter(({ bytes }) => bytes >= neededBytes);
  const all = offers.reduce((sum, { bytes }) => sum + bytes, 0);
  const fixes: Fix[] = enough.map(({ kind, bytes, count }) => ({
    label: labelOf[kind](count, bytes),
    command: `steadydancer clean --${kind}`,
    ...(kind === 'cache' ? { applies: 'prune-build-cache' } : {}),
    freesBytes: bytes,
    ...again,
  }));
  if (fixes.length === 0 && offers.length > 1 && all >= neededBytes) {
    fixes.push({
      label: `Remove all of that: ${offers.map(({ kind }) => words[kind]).join(', ')} (${formatBytes(all)})`,
      command: `steadydancer clean ${offers.map(({ kind }) => `--${kind}`).join(' ')}`,
      freesBytes: all,
      ...again,
    });
  }
  return [...fixes, { ...retryFix(profile), ...again }];
}

const words: Record<Kind, string> = {
  cache: 'unused build cache',
  images: 'images that no container uses',
  runs: 'logs of older runs',
};

export function retryFix(profile: string | null): Fix {
  return {
    label: 'I have made space: check and continue',
    command: `steadydancer run${profile === null ? '' : ` --profile ${profile}`}`,
    applies: 'retry',
  };
}

/** The image that is being built, and the stages of it that have a tag of their own. */
function isOf(imageRef: string, { kind, name }: CleanItem): boolean {
  return kind === 'images' && name.split(', ').some((tag) => tag.startsWith(imageRef));
}
