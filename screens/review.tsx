import { useRef, useState } from 'react';
import type { Clock } from '../src/ports/clock.ts';
import type { Planned } from '../src/recipe/types.ts';
import { cells, fill, wrapWords } from './kit/cells.ts';
import { bodyRows, Frame } from './kit/frame.tsx';
import { giveWay } from './kit/give-way.ts';
import type { KeyHint } from './kit/key-line.ts';
import { useKeys } from './kit/keys.ts';
import { cutLine, type Line, Rows } from './kit/row.tsx';
import { Scroll } from './kit/scroll.tsx';
import { NARROW_COLUMNS, useSurroundings } from './kit/surroundings.tsx';
import { sign, type Theme } from './kit/theme.ts';
import { useGuardedEnter } from './kit/use-guarded-enter.ts';
import { costLines, diskLines, warningLines } from './review/cost-table.ts';
import { type HubRow, hubRows } from './review/hub-rows.ts';
import { usePlace } from './steps.tsx';
import { words } from './words.ts';

interface ReviewScreenProps {
  planned: Planned;
  profile: string | null;
  /** The answers differ from what the profile holds. */
  changed: boolean;
  starting: boolean;
  /** Facts for the newest answers are being gathered. */
  replanning: boolean;
  /** What came of the last key, or why the last start did not happen. */
  problem: string | null;
  clock: Clock;
  active?: boolean;
  onStart: () => void;
  onOpen: (at: HubRow['opens']) => void;
  onBack: () => void;
}

export const reviewKeys: readonly KeyHint[] = [
  { key: 's/Enter', does: words.keys.start },
  { key: 'Up/Down, Enter', does: words.keys.changeLine, optional: true },
  { key: 'p', does: words.keys.commands },
  { key: 'e', does: words.keys.save },
  { key: 'Esc', does: words.keys.back, terse: true },
  { key: '?', does: '' },
];

const START = 'start';

/** A4: what Start will do and what it costs, and the way to every answer. Held Enter starts nothing. */
export function ReviewScreen(props: ReviewScreenProps) {
  const { planned, starting, replanning, problem, clock, active = true } = props;
  const { columns, rows, theme, home } = useSurroundings();
  const place = usePlace(words.review.place);
  const [byHand, setByHand] = useState(false);
  const lines = hubRows({ ...props, home });
  const ids = [...lines.map(({ id }) => id), START];
  // Two keys can come before the next drawing: the newest focus counts.
  const focus = useRef(START);
  const [shown, setShown] = useState(START);
  const may = planned.refusal === null && !starting && !replanning;
  const move = (by: number) => {
    focus.current = ids[(ids.indexOf(focus.current) + by + ids.length) % ids.length] ?? START;
    setShown(focus.current);
  };
  const start = useGuardedEnter(clock, () => {
    if (may && focus.current === START) props.onStart();
  });
  const enter = () => {
    const at = lines.find(({ id }) => id === focus.current);
    // A line is only reached by a key of its own: what is held is not held from the page before.
    if (at) props.onOpen(at.opens);
    else start();
  };
  useKeys((key) => {
    if (byHand) {
      if (key === 'escape' || key === 'p' || key === 'enter') setByHand(false);
    } else if (starting) return;
    else if (key === 'enter') enter();
    else if (key === 's' && may) props.onStart();
    else if (key === 'p') setByHand(true);
    else if (key === 'e') props.onOpen('save');
    else if (key === 'up') move(-1);
    else if (key === 'down') move(1);
    else if (key === 'escape') props.onBack();
  }, active);
  const said = replanning ? words.options.planning : problem;
  const room = bodyRows(rows, said !== null);
  const width = columns - 2;
  return (
    <Frame
      left={place}
      keys={reviewKeys}
      status={said === null ? null : [{ text: said, tone: replanning ? 'busy' : 'fail' }]}
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
        <Rows lines={reviewLines(planned, lines, shown, starting, { width, rows: room, theme })} />
      )}
    </Frame>
  );
}

interface Space {
  width: number;
  rows: number;
  theme: Theme;
}

function reviewLines(
  planned: Planned,
  hub: readonly HubRow[],
  focus: string,
  starting: boolean,
  space: Space,
): Line[] {
  const { width, rows, theme } = space;
  const start = startLines(planned, focus === START, starting, space);
  const intro = wrapWords(words.review.intro, width).map(
    (text): Line => [{ text, tone: 'strong' }],
  );
  const warnings = warningLines(planned, width, theme);
  const parts: { lines: Line[]; importance: number; least: number }[] = [
    { lines: intro, importance: 1, least: 0 },
    { lines: [''], importance: 0, least: 0 },
    {
      lines: hub.map((row) => hubLine(row, row.id === focus, hub, space)),
      importance: 3,
      least: 2,
    },
    { lines: [''], importance: 0, least: 0 },
    { lines: costLines(planned, width, theme), importance: 4, least: 2 },
    { lines: diskLines(planned, width, theme), importance: 5, least: 1 },
    { lines: warnings, importance: 2, least: Math.min(1, warnings.length) },
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
    if (index === 4) return count === 0 ? [] : lines.slice(-count);
    if (index === 2)
      return windowed(
        lines,
        hub.findIndex(({ id }) => id === focus),
        count,
      );
    return index === 6 ? shortened(lines, count, space) : lines.slice(0, count);
  });
}

/** The first rows; that more was said shows at their end. */
function shortened(lines: Line[], count: number, { width, theme }: Space): Line[] {
  const last = lines[count - 1];
  if (count >= lines.length || last === undefined) return lines.slice(0, count);
  const room = width - cells(theme.ellipsis);
  return [...lines.slice(0, count - 1), [...cutLine(last, room, theme), { text: theme.ellipsis }]];
}

/** As many rows as there is room for, the one with the focus among them. */
function windowed(lines: Line[], at: number, count: number): Line[] {
  const from = Math.max(0, Math.min(at - Math.floor(count / 2), lines.length - count));
  return lines.slice(from, from + count);
}

function hubLine(row: HubRow, here: boolean, all: readonly HubRow[], space: Space): Line {
  const { width, theme } = space;
  const labels = Math.max(...all.map(({ label }) => cells(label))) + 2;
  const label = width < NARROW_COLUMNS - 2 ? `${row.label}: ` : fill(row.label, labels);
  const room = Math.max(8, width - cells(label) - 2);
  return [
    ...pointer(here, theme),
    { text: label, tone: here ? 'strong' : 'quiet' },
    {
      text: theme.screenReader ? row.text : fill(row.text, room, 'left', theme.ellipsis).trimEnd(),
    },
  ];
}

function pointer(here: boolean, theme: Theme) {
  const cursor = sign(theme, 'cursor');
  if (theme.screenReader) return here ? [{ text: `${cursor.text}: ` }] : [];
  return [{ text: here ? `${cursor.text} ` : '  ', tone: cursor.tone }];
}

/** Start; or why it cannot, with the changes that would let it. */
function startLines(
  { refusal, steps }: Planned,
  here: boolean,
  starting: boolean,
  { width, theme }: Space,
): Line[] {
  if (refusal) {
    const { sentence, fixes = [] } = refusal.details;
    const why = wrapWords(sentence, width - 2).map(
      (text, index): Line => [
        ...(index === 0 ? pointer(here, theme) : [{ text: '  ' }]),
        { text, tone: 'fail' },
      ],
    );
    const ways = fixes.slice(0, 4).flatMap(({ label }) =>
      // What a page here sets needs no option of a command.
      wrapWords(label.replace(/ \(--set [^)]*\)/, ''), width - 4).map(
        (text, index): Line => `${index === 0 ? '  - ' : '    '}${text}`,
      ),
    );
    return [...why, ...ways];
  }
  if (starting) return [[{ text: words.review.starting, tone: 'busy' }]];
  const whole = steps.some(({ phase }) => phase === 'launch');
  const label = whole ? words.review.start : words.review.startBuild;
  return [[...pointer(here, theme), { text: label, tone: 'strong' }]];
}

/** A command is complete and on one row of the shell, however many rows it takes here. */
function commandLines({ plan }: Planned, width: number): Line[] {
  return plan.commands.flatMap((command) =>
    wrapWords(command, width - 4).map(
      (text, index): Line => `${index === 0 ? '  ' : '    '}${text}`,
    ),
  );
}
