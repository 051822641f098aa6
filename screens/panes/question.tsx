import { Box } from 'ink';
import { useRef } from 'react';
import type { Question } from '../../src/pipeline/run-state.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { wrapWords } from '../kit/cells.ts';
import { type Choice, ChoiceList, choiceRows } from '../kit/choice-list.tsx';
import { DEAD_MS } from '../kit/enter-guard.ts';
import { useKeys } from '../kit/keys.ts';
import { atMost } from '../kit/labelled.ts';
import { type Line, Rows } from '../kit/row.tsx';
import { useSurroundings } from '../kit/surroundings.tsx';
import { sign, type Theme } from '../kit/theme.ts';
import { words } from '../words.ts';

/** Keys that mean something else on the page of a run. */
const taken = new Set(['a', 'c', 'd', 'l', 'n', 'N', 'p', 'q', '/', '?']);

/** The id of what no run is asked: a page of ours. */
export const FREE = 'free';

/** A6: beside what the guard asks, room can be made from here. */
export function withFreeSpace(question: Question): Question {
  if (question.id !== 'disk-low' || question.options.some(({ id }) => id === FREE)) return question;
  const { option, note } = words.panes.free;
  const free = { id: FREE, label: `${option}: ${note}` };
  return { ...question, options: [free, ...question.options] };
}

/** `f  Free space`: an option with the key that chooses it; none where its letter is taken. */
export function lettered(options: Question['options']): Choice<string>[] {
  const letters = lettersOf(options);
  const some = letters.some((letter) => letter !== null);
  return options.map(({ id, label }, at) => {
    const letter = letters[at];
    // `Free space: up to 25.8 GB`: what it does, and beside it what it costs.
    const [name = label, ...rest] = label.split(': ');
    const note = rest.join(': ');
    return {
      id,
      label: some ? `${letter ?? ' '}  ${name}` : name,
      ...(note === '' ? {} : { note }),
    };
  });
}

/** The key of each option: the first letter of its label, where only one begins so. */
export function lettersOf(options: Question['options']): (string | null)[] {
  const first = options.map(({ label }) => label.charAt(0).toLowerCase());
  return first.map((letter) =>
    /^[a-z]$/.test(letter) &&
    !taken.has(letter) &&
    first.filter((one) => one === letter).length === 1
      ? letter
      : null,
  );
}

/** Rows of a question: what is asked, the answers and, with room, air around them. */
export function questionRows(
  question: Question,
  width: number,
  theme: Theme,
  low: boolean,
): number {
  const answers = choiceRows(lettered(question.options), width, theme);
  return questionText(question, width, theme, low).length + answers + (low ? 0 : 2);
}

interface AskedProps {
  question: Question;
  clock: Clock;
  low: boolean;
  active: boolean;
  onAnswer: (id: string, option: string) => void;
}

/** What the run asks, above everything else. */
export function Asked({ question, clock, low, active, onAnswer }: AskedProps) {
  const { columns, theme } = useSurroundings();
  const width = columns - 2;
  const opened = useRef({ id: question.id, atMs: clock.monotonicMs() });
  if (opened.current.id !== question.id) {
    opened.current = { id: question.id, atMs: clock.monotonicMs() };
  }
  const letters = lettersOf(question.options);
  useKeys((key) => {
    // Typed before it was there, a key is no answer.
    if (clock.monotonicMs() - opened.current.atMs < DEAD_MS) return;
    const option = question.options[letters.indexOf(key)];
    if (option) onAnswer(question.id, option.id);
  }, active);
  const choices = lettered(question.options);
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Rows lines={[...questionText(question, width, theme, low), ...(low ? [] : [''])]} />
      <ChoiceList
        key={question.id}
        choices={choices}
        active={active}
        rows={choiceRows(choices, width, theme)}
        guard={clock}
        onChoose={(option) => onAnswer(question.id, option)}
      />
      {low ? null : <Rows lines={['']} />}
    </Box>
  );
}

/** What happened in a row of its own, then the rest. */
function questionText({ text }: Question, width: number, theme: Theme, low: boolean): Line[] {
  const mark = sign(theme, 'notice');
  const [, first = text, rest = ''] = /^(.*?[.?!]) (.+)$/s.exec(text) ?? [];
  const head = wrapWords(first, width - 2);
  const more = rest === '' ? [] : wrapWords(rest, width - 2);
  const most = low ? 3 : 6;
  return atMost([...head, ...more], most, width - 2, theme).map((line, at) => [
    { text: at === 0 ? `${mark.text} ` : '  ', tone: mark.tone },
    { text: line, tone: at < head.length ? 'strong' : 'plain' },
  ]);
}
