import models from '../docker/models.json' with { type: 'json' };
import type { Clock } from '../src/ports/clock.ts';
import type { FirstSight } from './deps.ts';
import { cells, wrapWords } from './kit/cells.ts';
import { ChoiceList, choiceRows } from './kit/choice-list.tsx';
import { bodyRows, Frame } from './kit/frame.tsx';
import { giveWay } from './kit/give-way.ts';
import type { KeyHint } from './kit/key-line.ts';
import { type Line, Rows } from './kit/row.tsx';
import { NARROW_COLUMNS, useSurroundings } from './kit/surroundings.tsx';
import { useNow } from './kit/use-now.ts';
import { headLines, lastWords } from './welcome/headline.ts';
import { type WelcomeItem, welcomeItems } from './welcome/items.ts';
import { welcomeRows } from './welcome/rows.ts';
import { standing } from './welcome/standing.ts';
import type { WizardState } from './wizard-state.ts';
import { words } from './words.ts';

/** No file asks for an account: the list says it of each. */
const allPublic = models.models.every(({ gated }) => !gated);

export const welcomeKeys: readonly KeyHint[] = [
  { key: 'Up/Down', does: words.keys.choose },
  { key: 'Enter', does: words.keys.open },
  { key: '?', does: words.keys.help },
  { key: 'q', does: words.keys.leave },
];

interface WelcomeScreenProps {
  state: WizardState;
  sight: FirstSight;
  version: string;
  clock: Clock;
  active?: boolean;
  onChoose: (item: WelcomeItem) => void;
}

/** A1, A9, A11: the menu at once; what is still being looked at fills in where it stands. */
export function WelcomeScreen(props: WelcomeScreenProps) {
  const { state, sight, version, clock, active = true, onChoose } = props;
  const { columns, rows, theme } = useSurroundings();
  const now = useNow(clock, 1000, state.waking !== null);
  const width = columns - 2;
  const narrow = columns < NARROW_COLUMNS;
  const last = lastWords(sight, now);
  const fits = cells(last) + cells(words.name) + 2 <= width;
  const room = bodyRows(rows, state.problem !== null);
  const choices = welcomeItems(state, sight);
  const head = headLines(state, sight, now, width);
  const facts = sight.pod === null ? welcomeRows(state, sight, width, theme) : [];
  const foot = footLines(sight, width);
  const menu = choiceRows(choices, width, theme);
  const blank: Line[] = [''];
  const parts: { lines: Line[]; least: number; importance: number }[] = [
    { lines: head, least: Math.min(2, head.length), importance: 4 },
    { lines: blank, least: 0, importance: 1 },
    { lines: facts, least: Math.min(2, facts.length), importance: 3 },
    { lines: blank, least: 0, importance: 2 },
    { lines: Array<Line>(menu).fill(''), least: Math.min(menu, 3), importance: 9 },
    { lines: blank, least: 0, importance: 0 },
    { lines: foot, least: 0, importance: 0 },
  ];
  const given = giveWay(
    parts.map(({ lines, least, importance }) => ({ wanted: lines.length, least, importance })),
    room,
  );
  const shown = (from: number, to: number) =>
    parts.slice(from, to).flatMap(({ lines }, at) => lines.slice(0, given[from + at] ?? 0));
  return (
    <Frame
      left={[{ text: narrow ? words.name : `${words.name} ${version}`, tone: 'accent' }]}
      right={[{ text: fits ? last : '', tone: 'quiet' }]}
      keys={welcomeKeys}
      status={state.problem === null ? null : [{ text: state.problem, tone: 'warn' }]}
    >
      <Rows lines={shown(0, 4)} />
      <ChoiceList
        choices={choices}
        rows={given[4] ?? menu}
        active={active && state.waking === null}
        // A held Enter starts nothing (MOCKUPS C2).
        {...(standing(sight).kind === 'built' ? { guard: clock } : {})}
        onChoose={onChoose}
      />
      <Rows lines={shown(5, 7)} />
    </Frame>
  );
}

function footLines({ pod }: FirstSight, width: number): Line[] {
  const { welcome } = words;
  const text = pod === null ? (allPublic ? welcome.nothing : welcome.nothingGated) : welcome.yours;
  return wrapWords(text, width).map((line): Line => [{ text: line, tone: 'quiet' }]);
}
