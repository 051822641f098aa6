import { Box } from 'ink';
import type { Diagnosis } from '../src/contract/diagnosis.ts';
import type { Offer } from '../src/troubleshoot/fixes/types.ts';
import { type Choice, ChoiceList, choiceRows } from './kit/choice-list.tsx';
import { bodyRows, Frame } from './kit/frame.tsx';
import { giveWay } from './kit/give-way.ts';
import type { KeyHint } from './kit/key-line.ts';
import { useKeys } from './kit/keys.ts';
import { type Line, Rows } from './kit/row.tsx';
import { LOW_ROWS, useSurroundings } from './kit/surroundings.tsx';
import { type FailureFacts, factParts, failureText } from './trouble/failure-facts.ts';
import { idOf, offerHead, offerRows } from './trouble/offer-rows.ts';
import { words } from './words.ts';

interface FailureScreenProps {
  left: Line;
  right: Line;
  facts: FailureFacts;
  others: readonly Diagnosis[];
  /** Null while the machine is looked at. */
  offers: readonly Offer[] | null;
  /** What came of the last key, or why nothing could be looked at. */
  status: string | null;
  active?: boolean;
  onOffer: (offer: Offer) => void;
  onProof: () => void;
  onCauses: () => void;
  onReport: () => void;
  onCopy: (text: string) => void;
  onAgain: () => void;
  onBack: () => void;
  /** Null where Esc leads back instead. */
  onQuit: (() => void) | null;
}

export function failureKeys(others: number): readonly KeyHint[] {
  return [
    { key: 'Enter', does: words.keys.show },
    { key: 'l', does: words.failure.log },
    ...(others === 0 ? [] : [{ key: 'm', does: words.failure.causes(others) }]),
    { key: 'c', does: words.failure.copy, optional: true },
    { key: 'b', does: words.failure.report },
    { key: 'r', does: words.keys.again, optional: true },
    { key: '?', does: '' },
    { key: 'q', does: '' },
  ];
}

/** A7: what happened, the figure, why, the line that proves it, what is kept, what next. */
export function FailureScreen(props: FailureScreenProps) {
  const { facts, others, offers, status, active = true } = props;
  const { columns, rows, theme } = useSurroundings();
  useKeys((key) => {
    if (key === 'l') props.onProof();
    else if (key === 'm') props.onCauses();
    else if (key === 'b') props.onReport();
    else if (key === 'c') props.onCopy(failureText(facts, others));
    else if (key === 'r') props.onAgain();
    else if (key === 'escape') props.onBack();
  }, active);
  const width = columns - 2;
  const room = bodyRows(rows, status !== null);
  const choices = choicesOf(offers ?? [], width, props.onQuit !== null);
  const parts = factParts(facts, width, rows < LOW_ROWS, theme);
  const wanted = offers === null ? 1 : choiceRows(choices, width, theme);
  const given = giveWay(
    [
      ...parts.map(({ lines, least, importance }) => ({ wanted: lines.length, least, importance })),
      { wanted: 1 + wanted, least: Math.min(1 + wanted, 4), importance: 8 },
    ],
    room,
  );
  const listRows = Math.max(1, (given.at(-1) ?? 0) - 1);
  const choose = (id: string) => {
    const offer = offers?.find((_, at) => idOf(at) === id);
    if (offer) props.onOffer(offer);
    else if (id === 'quit') props.onQuit?.();
  };
  return (
    <Frame
      left={props.left}
      right={props.right}
      keys={failureKeys(others.length)}
      status={status === null ? null : [{ text: status, tone: 'accent' }]}
    >
      <Box flexDirection="column">
        <Rows lines={parts.flatMap(({ lines }, at) => lines.slice(0, given[at] ?? 0))} />
        {offers === null ? (
          <Rows lines={[[{ text: words.failure.measuring, tone: 'busy' }]]} />
        ) : (
          <>
            <Rows lines={[[{ text: offerHead(offers, width), tone: 'strong' }]]} />
            <ChoiceList choices={choices} active={active} rows={listRows} onChoose={choose} />
          </>
        )}
      </Box>
    </Frame>
  );
}

function choicesOf(offers: readonly Offer[], width: number, quits: boolean): Choice<string>[] {
  const rows = offerRows(offers, width);
  if (!quits) return rows;
  const wide = width >= 58;
  const label = wide ? `${words.failure.quit}: ${words.failure.quitNote}` : words.failure.quit;
  return [...rows, { id: 'quit', label }];
}
