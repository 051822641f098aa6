import type { Planned } from '../src/recipe/types.ts';
import { formatBytes, formatMinutes } from '../src/text/format.ts';
import type { Line } from './kit/row.tsx';
import { words } from './words.ts';

/** What a plan costs, in a line: bytes, minutes, and what is left where it is tightest. */
export function costLine(planned: Planned | null): Line | null {
  if (!planned) return null;
  if (planned.refusal) return [{ text: planned.refusal.details.sentence, tone: 'fail' }];
  const { options } = words;
  const bytes = downloadOf(planned);
  const tightest = tightestDisk(planned);
  const text = options.cost([
    bytes > 0 ? options.toDownload(formatBytes(bytes)) : options.nothingToDownload,
    formatMinutes(planned.plan.minutes),
    ...(tightest ? [options.leftAtTheEnd(tightest.path, formatBytes(tightest.leftBytes))] : []),
  ]);
  return [{ text }];
}

/** All that is fetched: models, and what the image is made of. */
export function downloadOf({ steps }: Planned): number {
  return steps.reduce((sum, { cost }) => sum + cost.downloadBytes, 0);
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
