import type { Planned, Step } from '../../src/recipe/types.ts';
import { formatBytes, formatMinutes } from '../../src/text/format.ts';
import { downloadOf, tightestDisk } from '../cost-line.ts';
import { wrapWords } from '../kit/cells.ts';
import type { Line } from '../kit/row.tsx';
import { table } from '../kit/table.ts';
import { sign, type Theme } from '../kit/theme.ts';
import { words } from '../words.ts';

/** Step, download, time, disk; the sum is the last row. */
export function costLines(planned: Planned, width: number, theme: Theme): Line[] {
  const { steps, plan } = planned;
  const costly = steps.filter(({ cost }) => cost.minutes.high > 0 || cost.downloadBytes > 0);
  const disk = steps.reduce((sum, { cost }) => sum + cost.diskBytes, 0);
  const body = [
    ...costly.map((step, index): Line[] => [`${index + 1}`, step.title, ...costCells(step.cost)]),
    [
      '',
      [{ text: words.review.total, tone: 'strong' as const }],
      ...costCells({ downloadBytes: downloadOf(planned), minutes: plan.minutes, diskBytes: disk }),
    ],
  ];
  return table(
    [
      { title: '  ', align: 'right' },
      { title: words.review.step, grows: true },
      { title: words.review.download, align: 'right' },
      { title: words.review.time, align: 'right' },
      { title: words.review.disk, align: 'right', goes: 1 },
    ],
    body,
    width - 2,
    theme,
  );
}

function costCells({ downloadBytes, minutes, diskBytes }: Step['cost']): Line[] {
  const size = (bytes: number) => (bytes === 0 ? '-' : formatBytes(bytes));
  return [size(downloadBytes), timeOf(minutes), size(diskBytes)];
}

/** Below a minute a range of minutes says nothing. */
function timeOf(minutes: { low: number; high: number }): string {
  if (minutes.high >= 1) return formatMinutes(minutes);
  return minutes.high === 0 ? '-' : `about ${Math.max(1, Math.round(minutes.high * 60))} s`;
}

/** The line with the lowest free space says the same with its figures. */
const DISK_LOW = 'disk-low';

/** Where it is tightest: free now, and at the lowest. */
export function diskLines(planned: Planned, width: number, theme: Theme): Line[] {
  // Where it does not fit, the figures that show it.
  const { refusal } = planned;
  if (refusal) return refusal.details.proof ? wrapWords(refusal.details.proof, width) : [];
  const tight = tightestDisk(planned);
  if (tight) {
    const { path, freeBytes, leftBytes } = tight;
    const text = words.review.lowest(path, formatBytes(freeBytes), formatBytes(leftBytes));
    const low = planned.plan.warnings.some(({ code }) => code === DISK_LOW);
    return low ? noticed(text, width, theme) : wrapWords(text, width);
  }
  const [first] = planned.plan.disk
    .filter(({ peakBytes }) => peakBytes > 0)
    .sort((a, b) => leftOf(a) - leftOf(b));
  if (!first) return [];
  const place = words.places[first.place];
  const text =
    first.freeBytes === null
      ? words.review.unseen(place)
      : words.review.lowest(place, formatBytes(first.freeBytes), formatBytes(leftOf(first)));
  return wrapWords(text, width);
}

function leftOf({ freeBytes, peakBytes }: Planned['plan']['disk'][number]): number {
  return (freeBytes ?? Number.POSITIVE_INFINITY) - peakBytes;
}

/** What is to know before it starts; why it cannot is said at the place of Start. */
export function warningLines({ plan, refusal }: Planned, width: number, theme: Theme): Line[] {
  return plan.warnings
    .filter(({ code }) => code !== refusal?.code && code !== DISK_LOW)
    .flatMap(({ text }) => noticed(text, width, theme));
}

function noticed(text: string, width: number, theme: Theme): Line[] {
  const { text: mark, tone } = sign(theme, 'notice');
  return wrapWords(text, width - 2).map(
    (row, index): Line => [{ text: index === 0 ? `${mark} ` : '  ', tone }, { text: row }],
  );
}
