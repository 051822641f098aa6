import type { DiskPlace } from '../contract/ids.ts';
import type { PlanWarning } from '../contract/plan.ts';
import type { Machine } from '../machine/types.ts';
import { GB, type PlaceCost } from './disk-cost.ts';

/** Free space that a build is never planned to go below. */
export const RESERVE_BYTES = 5 * GB;
/** Left at the lowest: below this it is said. */
const LOW_BYTES = 10 * GB;
/** The original plan's line: warn when a disk is fuller than this. */
const FULL_SHARE = 0.8;

/** What a plan writes, before it is laid out over the places. Bytes. */
export interface DiskNeed {
  /** Docker's root while the image is built, and what of it is cache that can be dropped then. */
  imagePeakBytes: number;
  droppableBytes: number;
  modelBytes: number;
  /** A folder, or Docker's root (a volume). */
  modelsPlace: 'models' | 'docker';
  /** Cache that is dropped makes room for the models: same disk, and one that shrinks. */
  reusable: boolean;
  outputBytes: number;
  stateBytes: number;
}

export type Order = 'side-by-side' | 'one-after-the-other';

export interface DiskLayout {
  order: Order;
  costs: PlaceCost[];
  /** Per filesystem: what it has, and the most that is written to it. */
  filesystems: {
    path: string;
    places: DiskPlace[];
    freeBytes: number;
    totalBytes: number | null;
    peakBytes: number;
  }[];
  /** The filesystem that is too small, and by how much (reserve included); null: fits. */
  short: { path: string; freeBytes: number; peakBytes: number; bytes: number } | null;
}

/** The fastest order that fits; where none does, the one that needs least. */
export function layOut(need: DiskNeed, machine: Machine, reserveBytes = RESERVE_BYTES): DiskLayout {
  const sideBySide = layOutAs('side-by-side', need, machine, reserveBytes);
  if (!sideBySide.short || !need.reusable || need.modelBytes === 0) return sideBySide;
  return layOutAs('one-after-the-other', need, machine, reserveBytes);
}

function layOutAs(
  order: Order,
  need: DiskNeed,
  machine: Machine,
  reserveBytes: number,
): DiskLayout {
  const dropped = order === 'one-after-the-other' ? need.droppableBytes : 0;
  const image = { peak: need.imagePeakBytes, final: need.imagePeakBytes - dropped };
  const inDocker = need.modelsPlace === 'docker' ? need.modelBytes : 0;
  const inFolder = need.modelBytes - inDocker;
  const dockerPeak =
    dropped > 0 ? Math.max(image.peak, image.final + inDocker) : image.peak + inDocker;
  const costs: PlaceCost[] = [
    { place: 'docker', peakBytes: dockerPeak, finalBytes: image.final + inDocker },
    { place: 'models', peakBytes: inFolder, finalBytes: inFolder },
    { place: 'output', peakBytes: need.outputBytes, finalBytes: need.outputBytes },
    { place: 'state', peakBytes: need.stateBytes, finalBytes: need.stateBytes },
  ];
  const filesystems = groups(machine).map((group) => {
    const mine = costs.filter(({ place }) => group.places.includes(place));
    const sum = (of: (cost: PlaceCost) => number) => mine.reduce((all, cost) => all + of(cost), 0);
    const both = group.places.includes('docker') && group.places.includes('models');
    // The folder's files come when the cache has gone.
    const peakBytes =
      dropped > 0 && both
        ? Math.max(
            image.peak,
            sum(({ finalBytes }) => finalBytes),
          )
        : sum(({ peakBytes: peak }) => peak);
    return { ...group, peakBytes };
  });
  const tight = filesystems
    .map((fs) => ({ ...fs, bytes: fs.peakBytes + reserveBytes - fs.freeBytes }))
    // A disk that nothing is written to is not our matter, however full it is.
    .filter(({ bytes, peakBytes }) => bytes > 0 && peakBytes > 0)
    .sort((a, b) => b.bytes - a.bytes)[0];
  return { order, costs, filesystems, short: tight ?? null };
}

/** Places that share a filesystem, with its free space; those that were not seen are left out. */
function groups(
  machine: Machine,
): { path: string; places: DiskPlace[]; freeBytes: number; totalBytes: number | null }[] {
  const found = new Map<
    string,
    { path: string; places: DiskPlace[]; freeBytes: number; totalBytes: number | null }
  >();
  for (const { place, path, freeBytes, totalBytes, filesystem } of machine.disk) {
    if (freeBytes === null) continue;
    const key = filesystem ?? `place ${place}`;
    const group = found.get(key);
    if (group) group.places.push(place);
    else found.set(key, { path, places: [place], freeBytes, totalBytes });
  }
  return [...found.values()];
}

export const gb = (bytes: number) => `${(bytes / GB).toFixed(1)} GB`;

/** By GB left first; the original plan's 80 % line beside it, never alone. */
export function diskWarnings(layout: DiskLayout): PlanWarning[] {
  const warnings: PlanWarning[] = [];
  if (layout.order === 'one-after-the-other') {
    warnings.push({
      code: 'disk-one-after-the-other',
      text: 'Image and models come one after the other: side by side would not fit.',
    });
  }
  for (const { path, freeBytes, totalBytes, peakBytes } of layout.filesystems) {
    const left = freeBytes - peakBytes;
    if (peakBytes === 0 || left < 0) continue;
    if (left < LOW_BYTES) {
      warnings.push({
        code: 'disk-low',
        text: `The disk of ${path} has ${gb(left)} left at the lowest, of ${gb(freeBytes)} free now.`,
      });
    }
    if (totalBytes !== null && left < totalBytes * (1 - FULL_SHARE)) {
      const percent = Math.round((1 - left / totalBytes) * 100);
      warnings.push({
        code: 'disk-80-percent',
        text: `The disk of ${path} is ${percent} % full at the most, over the 80 % line: ${gb(left)} of ${gb(totalBytes)} left.`,
      });
    }
  }
  return warnings;
}
