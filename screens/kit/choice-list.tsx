import { useRef, useState } from 'react';
import type { Clock } from '../../src/ports/clock.ts';
import { cells, fill, wrapWords } from './cells.ts';
import { useKeys } from './keys.ts';
import { type Line, Rows } from './row.tsx';
import { NARROW_COLUMNS, useSurroundings } from './surroundings.tsx';
import { sign, type Theme } from './theme.ts';
import { useGuardedEnter } from './use-guarded-enter.ts';

export interface Choice<Id extends string> {
  id: Id;
  label: string;
  /** What it costs or does, beside the label. */
  note?: string;
  /** Why it cannot be chosen: the row can be looked at, Enter stays on it. */
  impossible?: string;
}

interface ChoiceListProps<Id extends string> {
  choices: readonly Choice<Id>[];
  onChoose: (id: Id) => void;
  onFocus?: (id: Id) => void;
  active?: boolean;
  /** Rows that it may fill; the focused row stays in sight. */
  rows: number;
  /** For a list that appears by itself: a held Enter chooses nothing. */
  guard?: Pick<Clock, 'monotonicMs'>;
}

const noClock = { monotonicMs: () => 0 };

/** Up, Down, Enter. Rows that are impossible are greyed, keep their place and say why. */
export function ChoiceList<Id extends string>(props: ChoiceListProps<Id>) {
  const { choices, onChoose, onFocus, active = true, rows, guard } = props;
  const { columns, theme } = useSurroundings();
  // Two keys can come before the next drawing (a slow line, a fast hand): the newest focus counts.
  const focused = useRef(0);
  const [focus, setFocus] = useState(0);
  const move = (by: number) => {
    const next = (focused.current + by + choices.length) % choices.length;
    focused.current = next;
    setFocus(next);
    const id = choices[next]?.id;
    if (id !== undefined) onFocus?.(id);
  };
  const choose = () => {
    const chosen = choices[focused.current];
    if (chosen && !chosen.impossible) onChoose(chosen.id);
  };
  const guarded = useGuardedEnter(guard ?? noClock, choose);
  useKeys((key) => {
    if (key === 'up') move(-1);
    else if (key === 'down') move(1);
    else if (key !== 'enter') return;
    else if (guard) guarded();
    else choose();
  }, active);
  return <Rows lines={choiceLines(choices, focus, columns - 2, rows, theme)} />;
}

/** Rows that the list would fill if it had room for all. */
export function choiceRows(
  choices: readonly Choice<string>[],
  width: number,
  theme: Theme,
): number {
  return choiceLines(choices, 0, width, Number.POSITIVE_INFINITY, theme).length;
}

export function choiceLines(
  choices: readonly Choice<string>[],
  focus: number,
  width: number,
  rows: number,
  theme: Theme,
): Line[] {
  const narrow = width < NARROW_COLUMNS - 2;
  const labels = Math.min(
    Math.max(...choices.map((choice) => cells(choice.label))),
    // Where nothing stands beside the names they have the row for themselves.
    narrow || !choices.some(({ note, impossible }) => note || impossible)
      ? width - 2
      : Math.floor(width * 0.6),
  );
  const lines: { line: Line; choice: number }[] = [];
  for (const [index, choice] of choices.entries()) {
    const focused = index === focus;
    const cursor = sign(theme, choice.impossible ? 'impossible' : 'cursor');
    const marked = focused || choice.impossible !== undefined;
    const mark = theme.screenReader
      ? marked
        ? `${cursor.text}: `
        : ''
      : marked
        ? cursor.text
        : ' ';
    const tone = choice.impossible ? 'quiet' : focused ? 'strong' : 'plain';
    const beside = choice.impossible ?? choice.note ?? '';
    // A narrow list has the names; why a row is impossible shows below it when it is looked at.
    const below = narrow && focused && choice.impossible ? [choice.impossible] : [];
    const [first = '', ...more] = narrow
      ? ['', ...below]
      : wrapWords(beside, Math.max(12, width - labels - 5));
    const pointed = focused && choice.impossible ? sign(theme, 'cursor').text : mark;
    lines.push({
      choice: index,
      line: [
        { text: theme.screenReader ? mark : `${pointed} `, tone: cursor.tone },
        { text: fill(choice.label, labels, 'left', theme.ellipsis), tone },
        { text: first === '' ? '' : `   ${first}`, tone: choice.impossible ? 'quiet' : 'plain' },
      ],
    });
    for (const text of more) {
      lines.push({
        choice: index,
        line: [{ text: `${' '.repeat(narrow ? 4 : labels + 5)}${text}`, tone: 'quiet' }],
      });
    }
  }
  if (lines.length <= rows) return lines.map(({ line }) => line);
  const at = lines.findIndex(({ choice }) => choice === focus);
  const start = Math.max(0, Math.min(at - Math.floor(rows / 2), lines.length - rows));
  return lines.slice(start, start + rows).map(({ line }) => line);
}
