import { splitMeasured } from '../../src/comfyui/smoke/render-measures.ts';
import type { ResultBody } from '../../src/contract/result.ts';
import type { RunState } from '../../src/pipeline/run-state.ts';
import { formatBytes, formatDuration } from '../../src/text/format.ts';
import { labelled } from '../kit/labelled.ts';
import type { Line } from '../kit/row.tsx';
import type { Theme } from '../kit/theme.ts';
import type { RunBackground } from '../panes/background.ts';
import { distinctDisks, sameFilesystem } from '../run-layout.ts';
import { words } from '../words.ts';

/** Cells of the labels: the widest is `Video memory`. */
export const LABEL = 14;

export interface Reported {
  run: RunState;
  background: RunBackground;
  /** Where its first frame can be looked at, when it is not drawn here. */
  frame: string | null;
}

/** What was asked and built, measured and used: a row each, what decides first. */
export function factLines(
  { run, background, frame }: Reported,
  width: number,
  theme: Theme,
): Line[] {
  const { result } = run;
  if (!result) return [];
  const { report } = words;
  const { memory, clip } = measuredOf(run);
  const rows: [string, string][] = [
    ...askedRows(run, result),
    [report.memory, memory ?? ''],
    [report.clip, clip === null ? '' : report.clipTakes(clip.takes, clip.size, clip.by)],
    [report.image, imageText(result)],
    [report.took, tookText(result)],
    [report.disk, diskText(run, background)],
    [report.frame, frame ?? ''],
  ];
  return rows.flatMap(([label, text]) =>
    text === '' ? [] : labelled(label, text, { labelWidth: LABEL, width, theme, most: 2 }),
  );
}

/** The run without what has a row of its own among the facts. */
export function withoutMeasured(run: RunState): RunState {
  const levels = run.levels.map((level) =>
    level.id === 'render' ? { ...level, detail: splitMeasured(level.detail).rest } : level,
  );
  return { ...run, levels };
}

function measuredOf({ levels }: RunState): ReturnType<typeof splitMeasured> {
  return splitMeasured(levels.find(({ id }) => id === 'render')?.detail ?? '');
}

/** Choices that are told of when nothing was replaced. */
const TOLD = ['variant', 'attention'] as const;

/** What is otherwise than it was asked for, with why; else that nothing is. */
function askedRows({ fallbacks }: RunState, { asked, built }: ResultBody): [string, string][] {
  const { report } = words;
  const said = new Set<string>(fallbacks.map(({ what }) => what));
  const others = Object.entries(asked).filter(
    ([key, value]) => !said.has(key) && JSON.stringify(built[key]) !== JSON.stringify(value),
  );
  const replaced: [string, string][] = [
    ...fallbacks.map(({ what, from, to, why }): [string, string] => [
      report.instead,
      report.replaced(what, to, from, why),
    ]),
    ...others.map(([key, value]): [string, string] => [
      report.instead,
      report.replaced(key, shown(built[key]), shown(value), ''),
    ]),
  ];
  if (replaced.length > 0) return replaced;
  const told = TOLD.flatMap((key) => (typeof built[key] === 'string' ? [built[key]] : []));
  return [[report.asAsked, [told.join(', '), report.nothingReplaced].filter(Boolean).join('; ')]];
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '-');
}

function imageText({ image }: ResultBody): string {
  if (!image) return '';
  return [image.ref, ...(image.bytes === null ? [] : [formatBytes(image.bytes)])].join(', ');
}

function tookText({ phases }: ResultBody): string {
  return phases
    .filter(({ satisfied, ms }) => !satisfied && ms >= 1000)
    .map(({ id, ms }) => `${formatDuration(ms)} ${words.phases[id]}`)
    .join(', ');
}

/** Free space now beside what the plan said would be left, of the tightest disk. */
function diskText(run: RunState, { plan }: RunBackground): string {
  const { report } = words;
  const [tightest] = distinctDisks(run).sort((a, b) => a.freeBytes - b.freeBytes);
  if (!tightest) return '';
  const name = tightest.name ?? words.places[tightest.place];
  const mine = (plan?.disk ?? []).filter(({ place }) => {
    const sample = run.disk[place];
    return sample !== undefined && sameFilesystem(sample, tightest);
  });
  const before = mine.find(({ freeBytes }) => freeBytes !== null)?.freeBytes ?? null;
  const uses = mine.reduce((sum, { finalBytes }) => sum + finalBytes, 0);
  const planned = before === null ? null : formatBytes(Math.max(0, before - uses));
  const free = formatBytes(tightest.freeBytes);
  const lowest = formatBytes(tightest.lowestFreeBytes);
  return report.free(name, free, planned, lowest === free ? null : lowest);
}
