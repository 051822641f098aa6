import { useState } from 'react';
import { wrapWords } from './kit/cells.ts';
import { bodyRows, Frame } from './kit/frame.tsx';
import type { KeyHint } from './kit/key-line.ts';
import { useKeys } from './kit/keys.ts';
import {
  belowLines,
  type Focus,
  focused,
  groupLines,
  groupRows,
  type OptionGroup,
  shareRows,
  useGroups,
} from './kit/option-groups.ts';
import { type Line, Rows } from './kit/row.tsx';
import { Scroll } from './kit/scroll.tsx';
import { useSurroundings } from './kit/surroundings.tsx';
import { usePlace } from './steps.tsx';
import { words } from './words.ts';

export function optionKeys(groups: number, last = false): KeyHint[] {
  return [
    { key: 'Enter', does: last ? words.keys.choose : words.keys.next },
    { key: 'Up/Down', does: words.keys.choose },
    ...(groups > 1 ? [{ key: 'Tab', does: words.keys.list }] : []),
    { key: 'd', does: words.keys.details },
    { key: 'Esc', does: words.keys.back },
    { key: '?', does: '' },
  ];
}

interface OptionPageProps {
  /** Name of the step in the header. */
  place: string;
  question: string;
  groups: readonly OptionGroup[];
  /** What is chosen now. */
  first: Focus;
  /** What it would cost with what is looked at: planned anew at each key. */
  cost: (focus: Focus) => Line | null;
  /** Where the figures come from. */
  details: readonly string[];
  active?: boolean;
  onTake: (focus: Focus) => void;
  onBack: () => void;
}

/** A choice between rows with reasons: A3 and its like. */
export function OptionPage(props: OptionPageProps) {
  const { groups, active: on = true, onTake, onBack } = props;
  const { columns, rows, theme } = useSurroundings();
  const place = usePlace(props.place);
  const [details, setDetails] = useState(false);
  // What is not decided yet stands at its first row, the recommended one.
  const first = Object.fromEntries(
    groups.map(({ id, options }) => [id, props.first[id] || (options[0]?.id ?? '')]),
  );
  const { focus, active, refused, onKey } = useGroups(groups, first, onTake);
  useKeys((key) => {
    if (details) {
      if (key === 'escape' || key === 'd' || key === 'enter') setDetails(false);
      return;
    }
    if (onKey(key)) return;
    if (key === 'd') setDetails(true);
    else if (key === 'escape') onBack();
  }, on);
  const width = columns - 2;
  const no = refused && `${words.options.cannot(refused.cells[0] ?? '')} ${refused.below[0] ?? ''}`;
  const status: Line | null = no ? [{ text: no, tone: 'warn' }] : props.cost(focus);
  const room = bodyRows(rows, status !== null);
  const keys = optionKeys(groups.length);
  if (details) {
    const lines = props.details.flatMap((text) => wrapWords(text, width));
    return (
      <Frame left={place} keys={[{ key: 'Esc', does: words.keys.back }]}>
        <Scroll lines={lines} rows={bodyRows(rows, false)} more={words.root.more} active={on} />
      </Frame>
    );
  }
  const question = wrapWords(props.question, width).map((text): Line => [{ text, tone: 'strong' }]);
  const group = groups[active];
  const below = group ? belowLines(focused(group, focus), width) : [];
  const lists = groups.reduce((sum, one) => sum + groupRows(one), 0);
  // Blank rows where there is room for all of it.
  const blanks = question.length + lists + below.length + groups.length + 1 <= room ? 1 : 0;
  const given = shareRows(groups, active, room - question.length - Math.min(below.length, 2));
  const lines: Line[] = [
    ...question,
    ...groups.flatMap((one, at): Line[] => [
      ...Array<Line>(blanks).fill(''),
      ...groupLines(one, focus, at === active, { width, rows: given[at] ?? 0, theme }),
    ]),
    ...Array<Line>(blanks).fill(''),
    ...below,
  ];
  return (
    <Frame left={place} keys={keys} status={status}>
      <Rows lines={theme.screenReader ? lines : lines.slice(0, room)} />
    </Frame>
  );
}
