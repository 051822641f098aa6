import type { DiskPlace } from '../../contract/ids.ts';
import type { DiskFact } from '../../machine/types.ts';
import { formatBytes } from '../../text/format.ts';
import { type Check, type CheckContext, type Finding, fail, ok, skip, warn } from '../types.ts';

/**
 * What a full set-up wants at each place: the image at its peak, fp8 weights (sizes from
 * models.json; the image is an estimate of MOCKUPS). The plan computes it for the choices at hand.
 */
const wanted: Record<DiskPlace, { title: string; warnBytes: number; failBytes: number }> = {
  docker: { title: "Docker's disk", warnBytes: 30e9, failBytes: 5e9 },
  models: { title: 'Models', warnBytes: 35e9, failBytes: 1e9 },
  output: { title: 'Output', warnBytes: 2e9, failBytes: 100e6 },
  temp: { title: 'Temporary files', warnBytes: 2e9, failBytes: 100e6 },
  state: { title: 'Runs and logs', warnBytes: 1e9, failBytes: 64e6 },
};

const FEW_INODES = 100_000;

const placeChecks: Check[] = (Object.keys(wanted) as DiskPlace[]).map((place) => ({
  id: `disk-${place}`,
  title: wanted[place].title,
  group: 'disk',
  look: ({ machine }) => {
    const fact = machine.disk.find((disk) => disk.place === place);
    if (!fact) return skip(place === 'docker' ? 'needs Docker' : 'not looked at');
    return judge(fact, wanted[place]);
  },
}));

/** Free space in GB against what is wanted; never by percent alone. */
function judge(fact: DiskFact, want: { warnBytes: number; failBytes: number }): Finding {
  if (fact.freeBytes === null) return skip(`${fact.path}: cannot be seen from here`);
  const where = fact.drive ? `${fact.drive.name} (${fact.path})` : fact.path;
  const space = `${where}: ${formatBytes(fact.freeBytes)} free${ofTotal(fact)}`;
  if (!fact.writable) {
    return fail(`${fact.path} cannot be written to; another folder can be chosen`);
  }
  if (fact.freeInodes !== null && fact.freeInodes < FEW_INODES) {
    return warn(`${space}, but only ${fact.freeInodes} files more fit on it`);
  }
  if (fact.freeBytes < want.failBytes) {
    return fail(`${space}, at least ${formatBytes(want.failBytes)} needed`);
  }
  if (fact.freeBytes < want.warnBytes) {
    return warn(`${space}; a full set-up wants about ${formatBytes(want.warnBytes)}`);
  }
  return ok(space);
}

function ofTotal({ totalBytes }: DiskFact): string {
  return totalBytes === null ? '' : ` of ${formatBytes(totalBytes)}`;
}

export const diskChecks: readonly Check[] = [
  ...placeChecks,
  { id: 'disk-shared', title: 'Shared disks', group: 'disk', look: shared },
  { id: 'disk-windows', title: 'Windows drive', group: 'disk', look: windowsDrive },
  { id: 'disk-reclaimable', title: 'Could be freed', group: 'disk', look: couldBeFreed },
];

async function couldBeFreed({ machine, reclaimable }: CheckContext): Promise<Finding> {
  if (machine.engine.state !== 'ready') return skip('needs Docker');
  const sums = await reclaimable;
  if (!sums) return skip('Docker takes longer to count it');
  const { cacheBytes, cacheRecords, imageBytes, images } = sums;
  if (cacheRecords === 0 && images === 0) return ok('nothing: no build cache, no unused image');
  const cache = `${formatBytes(cacheBytes)} of build cache`;
  return ok(
    `${cache}, at least ${formatBytes(imageBytes)} in ${images} images without a container`,
  );
}

/** Two places on one filesystem share its free space: their needs add up. */
function shared({ machine: { disk } }: CheckContext): Finding {
  const places = new Map<string, string[]>();
  for (const { filesystem, place } of disk) {
    if (filesystem === null) continue;
    places.set(filesystem, [...(places.get(filesystem) ?? []), place]);
  }
  const together = [...places.values()].filter((list) => list.length > 1);
  return together.length === 0
    ? ok('each place has a disk of its own')
    : ok(`${together.map((list) => list.join(', ')).join('; ')} share one: what they need adds up`);
}

function windowsDrive({ machine: { disk, host } }: CheckContext): Finding {
  if (host.wslDistro === null) return skip('not WSL');
  // YanWenKun/ComfyUI-Docker#169, #43: below 50 MB/s through the 9p bridge.
  const slow = disk.find(({ place, path }) => place === 'models' && path.startsWith('/mnt/'));
  if (slow) return warn(`${slow.path} is a Windows drive: models load many times slower from it`);
  const behind = disk.find((fact) => fact.drive);
  if (!behind?.drive) return warn('the drive that holds the Linux disks could not be seen');
  const { name, reportedFreeBytes } = behind.drive;
  const unreal =
    reportedFreeBytes === null
      ? ''
      : ` Linux reports ${formatBytes(reportedFreeBytes)} free; that is not real.`;
  return warn(`Docker's disk and ${host.wslDistro}'s disk are two files on ${name}.${unreal}`);
}
