import type { Written } from '../contract/events.ts';
import { formatBytes, formatClock } from '../text/format.ts';

/** Below this the kernel's own bookkeeping looks like somebody else. */
const NOTABLE_BYTES = 100e6;

/** This run's bytes, the running step's among them. */
export function runBytesNow({ runBytes, openBytes }: Written): number {
  return runBytes + openBytes;
}

/** What others wrote, where it is more than noise; else 0. */
export function otherBytesNow({ otherBytes }: Written): number {
  return otherBytes > NOTABLE_BYTES ? otherBytes : 0;
}

/**
 * One sentence on who fills a disk, while it fills (MOCKUPS A6): `This run is as planned; other
 * programs wrote 16.2 GB to / since 14:31.`
 */
export function writersSentence(written: Written, name: string): string {
  const run = runBytesNow(written);
  const others = otherBytesNow(written);
  const { plannedBytes } = written;
  const over = plannedBytes === null ? 0 : run - plannedBytes;
  const since = formatClock(new Date(written.since));
  const run1 =
    plannedBytes === null
      ? `This run wrote ${formatBytes(run)}`
      : over > NOTABLE_BYTES
        ? `This run wrote ${formatBytes(run)}, ${formatBytes(over)} more than planned`
        : others > 0
          ? 'This run is as planned'
          : `This run wrote ${formatBytes(run)} of its planned ${formatBytes(plannedBytes)}`;
  return others > 0
    ? `${run1}; other programs wrote ${formatBytes(others)} to ${name} since ${since}.`
    : `${run1}.`;
}

/**
 * The same when it is over (MOCKUPS A7): `Other programs wrote 19.6 GB to / since the start. This run
 * used 64.2 of its planned 67.2 GB; the plan had left 16.8 GB spare.`
 */
export function writtenAtEnd(
  written: Written,
  { name, startBytes }: { name: string; startBytes: number | null },
): string {
  const run = runBytesNow(written);
  const others = otherBytesNow(written);
  const { plannedBytes } = written;
  const first =
    others > 0 ? `Other programs wrote ${formatBytes(others)} to ${name} since the start. ` : '';
  if (plannedBytes === null) return `${first}This run used ${formatBytes(run)}.`;
  const spare = startBytes === null ? 0 : startBytes - plannedBytes;
  const left = spare > 0 ? `; the plan had left ${formatBytes(spare)} spare` : '';
  const used = `This run used ${formatBytes(run)} of its planned ${formatBytes(plannedBytes)}`;
  return `${first}${used}${left}.`;
}
