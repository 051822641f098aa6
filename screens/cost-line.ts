import type { Planned } from '../src/recipe/types.ts';
import { formatBytes, formatMinutes } from '../src/text/format.ts';
import { words } from './words.ts';

/** What a plan costs, in a line: bytes, minutes, and what is left where it is tightest. */
export function costLine(planned: Planned | null): string | null {
  if (!planned) return null;
  if (planned.refusal) return planned.refusal.details.sentence;
  const { options } = words;
  const { downloadBytes, minutes } = planned.plan;
  const tightest = tightestDisk(planned);
  return options.cost([
    downloadBytes > 0 ? options.toDownload(formatBytes(downloadBytes)) : options.nothingToDownload,
    formatMinutes(minutes),
    ...(tightest ? [options.leftAtTheEnd(tightest.path, formatBytes(tightest.leftBytes))] : []),
  ]);
}

/** The filesystem that is fullest in the course of the plan. */
export function tightestDisk({
  filesystems,
}: Planned): { path: string; freeBytes: number; leftBytes: number } | null {
  const [first] = [...(filesystems ?? [])]
    .filter(({ peakBytes }) => peakBytes > 0)
    .map(({ path, freeBytes, peakBytes }) => ({
      path,
      freeBytes,
      leftBytes: freeBytes - peakBytes,
    }))
    .sort((a, b) => a.leftBytes - b.leftBytes);
  return first ?? null;
}
