import type { Fix } from '../../src/contract/diagnosis.ts';
import { formatBytes, formatDuration, formatMinutes } from '../../src/text/format.ts';
import type { Offer } from '../../src/troubleshoot/fixes/types.ts';
import { cells, fill } from '../kit/cells.ts';
import type { Choice } from '../kit/choice-list.tsx';
import { NARROW_COLUMNS } from '../kit/surroundings.tsx';
import { words } from '../words.ts';

const MINUTE_MS = 60_000;

/** `about 4 min`, `about 20 s`: an estimate never looks measured. */
export function readyText(minutes: { low: number; high: number } | null): string {
  if (!minutes || minutes.high <= 0) return '';
  if (minutes.high < 1) return words.failure.about(formatDuration(minutes.high * MINUTE_MS));
  return words.failure.about(formatMinutes(minutes));
}

/** What it frees, or what it fetches; the figure that decides between fixes. */
export function gainText({ fix, plan }: Offer): string {
  const frees = plan?.frees ?? fix.freesBytes ?? null;
  if (frees !== null && frees > 0) return formatBytes(frees);
  if (plan?.download) return words.failure.fetches(formatBytes(plan.download));
  return '';
}

function timeText(offer: Offer): string {
  return offer.plan ? readyText(offer.plan.minutes) : words.failure.byYou;
}

/** The head over the list, its columns above what they name. */
export function offerHead(offers: readonly Offer[], width: number): string {
  const { next, frees, ready } = words.failure;
  if (width < NARROW_COLUMNS - 2 || offers.length === 0) return next;
  const [gain, time] = widths(offers);
  const right =
    gain === 0 ? fill(ready, time) : `${fill(frees, gain, 'right')}  ${fill(ready, time)}`;
  return fill(next, Math.max(cells(next), width - cells(right))) + right;
}

/** Rows of the list: the name, and beside it its columns. Narrow: the name and what it frees. */
export function offerRows(offers: readonly Offer[], width: number): Choice<string>[] {
  const narrow = width < NARROW_COLUMNS - 2;
  const [gain, time] = widths(offers);
  const room = width - 2;
  return offers.map((offer, at) => {
    // What stands in the column beside it is not said twice.
    const name = nameOf(offer).replace(`, ${gainText(offer)}`, '');
    const figure = narrow ? gainText(offer) || timeText(offer).replace(/^about /, '~') : '';
    const right = narrow
      ? figure
      : gain === 0
        ? fill(timeText(offer), time)
        : `${fill(gainText(offer), gain, 'right')}  ${fill(timeText(offer), time)}`;
    const label = `${fill(name, Math.max(8, room - cells(right) - 1))} ${right}`;
    return { id: idOf(at), label: label.trimEnd() };
  });
}

export function idOf(at: number): string {
  return `offer-${at}`;
}

function nameOf({ plan, fix }: Offer): string {
  return plan?.title ?? shortLabel(fix);
}

function shortLabel({ label, command }: Fix): string {
  return command && cells(label) < 24 ? `${label}: ${command}` : label;
}

function widths(offers: readonly Offer[]): [number, number] {
  const gain = Math.max(0, ...offers.map((offer) => cells(gainText(offer))));
  const time = Math.max(
    ...offers.map((offer) => cells(timeText(offer))),
    cells(words.failure.ready),
  );
  return [gain === 0 ? 0 : Math.max(gain, cells(words.failure.frees)), time];
}
