import { useState } from 'react';
import type { Clock } from '../src/ports/clock.ts';
import type { Planned, Step } from '../src/recipe/types.ts';
import { formatBytes, formatMinutes } from '../src/text/format.ts';
import { wrapWords } from './kit/cells.ts';
import { bodyRows, Frame } from './kit/frame.tsx';
import { giveWay } from './kit/give-way.ts';
import type { KeyHint } from './kit/key-line.ts';
import { useKeys } from './kit/keys.ts';
import { labelled } from './kit/labelled.ts';
import { type Line, Rows } from './kit/row.tsx';
import { Scroll } from './kit/scroll.tsx';
import { useSurroundings } from './kit/surroundings.tsx';
import { table } from './kit/table.ts';
import { sign, type Theme } from './kit/theme.ts';
import { useGuardedEnter } from './kit/use-guarded-enter.ts';
import { usePlace } from './steps.tsx';
import { words } from './words.ts';

interface ReviewScreenProps {
  planned: Planned;
  profile: string | null;
  starting: boolean;
  /** Why the last start did not happen. */
  problem: string | null;
  clock: Clock;
  active?: boolean;
  onStart: () => void;
  onBack: () => void;
}

export const reviewKeys: readonly KeyHint[] = [
  { key: 's/Enter', does: words.keys.start },
  { key: 'p', does: words.keys.commands },
  { key: 'Esc', does: words.keys.back },
  { key: '?', does: '' },
  { key: 'q', does: words.keys.leave },
];

/** A4: what Start will do and what it costs. Held Enter never starts it. */
export function ReviewScreen(props: ReviewScreenProps) {
  const { planned, profile, starting, problem, clock, active = true, onStart, onBack } = props;
  const { columns, rows, theme } = useSurroundings();
  const place = usePlace(words.review.place);
  const [byHand, setByHand] = useState(false);
  const may = planned.refusal === null && !starting;
  const enter = useGuardedEnter(clock, () => {
    if (may) onStart();
  });
  useKeys((key) => {
    if (byHand) {
      if (key === 'escape' || key === 'p' || key === 'enter') setByHand(false);
    } else if (key === 'enter') enter();
    else if (key === 's' && may) onStart();
    else if (key === 'p') setByHand(true);
    else if (key === 'escape' && !starting) onBack();
  }, active);
  const room = bodyRows(rows, problem !== null);
  const width = columns - 2;
  return (
    <Frame
      left={place}
      keys={reviewKeys}
      status={problem === null ? null : [{ text: problem, tone: 'fail' }]}
    >
      {byHand ? (
        <>
          <Rows lines={[[{ text: words.review.commands, tone: 'strong' }], '']} />
          <Scroll
            lines={commandLines(planned, width)}
            rows={Math.max(1, room - 2)}
            more={words.review.moreCommands}
          />
        </>
      ) : (
        <Rows lines={reviewLines(planned, profile, starting, width, room, theme)} />
      )}
    </Frame>
  );
}

export function reviewLines(
  planned: Planned,
  profile: string | null,
  starting: boolean,
  width: number,
  rows: number,
  theme: Theme,
): Line[] {
  const start = startLines(planned, starting, width, theme);
  const intro = wrapWords(words.review.intro, width);
  const parts: { lines: Line[]; importance: number; least: number }[] = [
    { lines: intro, importance: 1, least: intro.length },
    { lines: [''], importance: 0, least: 0 },
    { lines: chosenLines(planned, profile, width, theme), importance: 2, least: 2 },
    { lines: [''], importance: 0, least: 0 },
    { lines: costLines(planned, width, theme), importance: 4, least: 2 },
    { lines: diskLines(planned, width), importance: 5, least: 1 },
    { lines: warningLines(planned, width, theme), importance: 6, least: 1 },
    { lines: [''], importance: 0, least: 0 },
    { lines: start, importance: 9, least: start.length },
  ];
  const given = giveWay(
    parts.map(({ lines, importance, least }) => ({ wanted: lines.length, least, importance })),
    rows,
  );
  return parts.flatMap(({ lines }, index) => {
    const count = given[index] ?? 0;
    // Of the costs the sum is what decides: it is the last row.
    return index === 4 ? lastRows(lines, count) : lines.slice(0, count);
  });
}

function lastRows(lines: Line[], count: number): Line[] {
  return count >= lines.length ? lines : count === 0 ? [] : lines.slice(-count);
}

function chosenLines(
  { choices, plan }: Planned,
  profile: string | null,
  width: number,
  theme: Theme,
): Line[] {
  const { review } = words;
  const rows: [string, string | null][] = [
    [review.recipe, review.recipes[choices.recipe]],
    [review.weights, weights(choices)],
    [review.attention, choices.attention ?? null],
    [review.stack, plan.stack],
    [review.models, plan.models.length === 0 ? null : modelsPlace(choices)],
    [review.videos, choices.outputDir],
    [review.address, address(choices.listen, choices.port)],
    [review.profile, profile ?? review.notSaved],
  ];
  return rows.flatMap(([label, text]) =>
    text === null ? [] : labelled(`  ${label}`, text, { labelWidth: 15, width, theme, most: 2 }),
  );
}

function weights({ variant, textEncoder, blockSwap }: Planned['choices']): string | null {
  if (!variant) return null;
  const parts = [variant as string];
  if (textEncoder) parts.push(words.review.textEncoder(textEncoder));
  if (blockSwap) parts.push(words.review.blocks(blockSwap));
  return parts.join(', ');
}

function modelsPlace({ placement, modelsDir }: Planned['choices']): string {
  if (placement === 'volume') return words.review.volume;
  return placement === 'baked' ? words.review.baked : modelsDir;
}

function address(listen: string, port: number): string {
  const loopback = listen === 'localhost' || listen === '::1' || listen.startsWith('127.');
  const host = listen.includes(':') ? `[${listen}]` : listen;
  const reach = loopback ? words.review.fromHere : words.review.fromNetwork;
  return `http://${host}:${port}, ${reach}`;
}

function costLines({ steps, plan }: Planned, width: number, theme: Theme): Line[] {
  const costly = steps.filter(({ cost }) => cost.minutes.high > 0 || cost.downloadBytes > 0);
  const disk = steps.reduce((sum, { cost }) => sum + cost.diskBytes, 0);
  const body = [
    ...costly.map((step, index): Line[] => [`${index + 1}`, step.title, ...costCells(step.cost)]),
    [
      '',
      [{ text: words.review.total, tone: 'strong' as const }],
      ...costCells({ downloadBytes: plan.downloadBytes, minutes: plan.minutes, diskBytes: disk }),
    ],
  ];
  return table(
    [
      { title: '', align: 'right' },
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

function diskLines({ plan }: Planned, width: number): Line[] {
  const [tightest] = [...plan.disk].sort((a, b) => left(a) - left(b));
  if (!tightest) return [];
  const place = words.places[tightest.place];
  const text =
    tightest.freeBytes === null
      ? words.review.unseen(place)
      : words.review.lowest(place, formatBytes(tightest.freeBytes), formatBytes(left(tightest)));
  return wrapWords(`  ${text}`, width);
}

function left(disk: Planned['plan']['disk'][number]): number {
  return (disk.freeBytes ?? Number.POSITIVE_INFINITY) - disk.peakBytes;
}

function warningLines({ plan }: Planned, width: number, theme: Theme): Line[] {
  const { text: mark, tone } = sign(theme, 'notice');
  return plan.warnings.flatMap((warning) =>
    wrapWords(warning.text, width - 2).map(
      (text, index): Line => [{ text: index === 0 ? `${mark} ` : '  ', tone }, { text }],
    ),
  );
}

function startLines({ refusal }: Planned, starting: boolean, width: number, theme: Theme): Line[] {
  if (refusal) {
    const text = `${words.review.cannot} ${refusal.details.sentence}`;
    const fixes = (refusal.details.fixes ?? []).map((fix) => fix.label);
    return [text, ...fixes].flatMap((line, index) =>
      wrapWords(line, width).map(
        (row): Line => [{ text: row, tone: index === 0 ? 'fail' : 'plain' }],
      ),
    );
  }
  if (starting) return [[{ text: words.review.starting, tone: 'busy' }]];
  const cursor = sign(theme, 'cursor');
  return [
    [
      { text: `${cursor.text} `, tone: cursor.tone },
      { text: words.review.start, tone: 'strong' },
    ],
  ];
}

/** A command is complete and on one row of the shell, however many rows it takes here. */
function commandLines({ plan }: Planned, width: number): Line[] {
  return plan.commands.flatMap((command) =>
    wrapWords(command, width - 4).map(
      (text, index): Line => `${index === 0 ? '  ' : '    '}${text}`,
    ),
  );
}
