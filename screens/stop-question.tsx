import { Box } from 'ink';
import { type Choice, ChoiceList } from './kit/choice-list.tsx';
import { Frame } from './kit/frame.tsx';
import { useHoldKeys } from './kit/hold-keys.tsx';
import { useKeys } from './kit/keys.ts';
import { Rows } from './kit/row.tsx';
import { words } from './words.ts';

export type StopAnswer = 'stay' | 'keep' | 'stop';

/** Staying comes first: Enter by mistake stops nothing. */
const choices: readonly Choice<StopAnswer>[] = [
  { id: 'stay', label: words.stop.stay },
  { id: 'keep', label: words.stop.keep, note: words.stop.keepNote },
  { id: 'stop', label: words.stop.stop, note: words.stop.stopNote },
];

/** Asked once when the person leaves while a run goes on. */
export function StopQuestion({ onAnswer }: { onAnswer: (answer: StopAnswer) => void }) {
  useHoldKeys();
  useKeys((key) => {
    if (key === 'escape') onAnswer('stay');
  });
  return (
    <Frame
      left={words.name}
      keys={[
        { key: 'Enter', does: words.keys.choose },
        { key: 'Esc', does: words.stop.stay },
        { key: 'Ctrl-C', does: words.stop.force },
      ]}
    >
      <Box flexDirection="column">
        <Rows lines={[[{ text: words.stop.title, tone: 'strong' }], '']} />
        <ChoiceList choices={choices} rows={8} onChoose={onAnswer} />
      </Box>
    </Frame>
  );
}
