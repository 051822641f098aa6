import { Box, Static, Text } from 'ink';
import { useRef, useState } from 'react';
import { emptyRunState, openQuestions, type RunState } from '../../src/pipeline/run-state.ts';
import { useKeys } from '../kit/keys.ts';
import { plain } from '../kit/log-window.tsx';
import { Row } from '../kit/row.tsx';
import { useSurroundings } from '../kit/surroundings.tsx';
import { type RunScreenProps, runTitle } from '../run.tsx';
import { words } from '../words.ts';
import { Asked } from './question.tsx';
import { shownLog } from './shown-log.ts';
import { SPOKEN_LOG_LINES, speak } from './spoken.ts';

/**
 * A run for a screen reader: lines that are written once and stay, in the order in which things
 * happened. A page that is drawn again each second would be read again each second.
 */
export function SpokenRun(props: RunScreenProps) {
  const { run, runId, profile, log, clock, status, active = true, onDetach, onAnswer } = props;
  const { columns } = useSurroundings();
  const [said, setSaid] = useState<readonly string[]>([]);
  const heard = useRef<{ run: RunState; lines: readonly string[] }>({
    run: emptyRunState,
    lines: [titleText(runId, profile ?? run.run?.profile ?? null, columns)],
  });
  if (heard.current.run !== run) {
    const lines = [...heard.current.lines, ...speak(heard.current.run, run)];
    heard.current = { run, lines };
  }
  const readLog = () => {
    const shown = shownLog(run, log, { of: 'newest' });
    const lines = shown?.log.lines.slice(-SPOKEN_LOG_LINES) ?? [];
    const { spoken } = words.panes;
    const read =
      shown && lines.length > 0
        ? [spoken.lines(shown.title), ...lines.map(plain)]
        : [spoken.noLines];
    heard.current = { run: heard.current.run, lines: [...heard.current.lines, ...read] };
    // Drawn because of it; what is said is in the lines.
    setSaid(read);
  };
  useKeys((key) => {
    if (key === 'd') onDetach();
    else if (key === 'l') readLog();
    else if (key === 'p') props.onPage?.();
    else if (key === 'n') notify(props);
  }, active);
  const [question] = openQuestions(run);
  void said;
  return (
    <Box flexDirection="column">
      <Static items={[...heard.current.lines]}>{(line, at) => <Text key={at}>{line}</Text>}</Static>
      {question ? (
        <Asked question={question} clock={clock} low active={active} onAnswer={onAnswer} />
      ) : null}
      {status === null ? null : <Row line={status} />}
      <Row line={words.panes.spoken.keys} />
    </Box>
  );
}

function notify({ view }: RunScreenProps): void {
  if (!view) return;
  const { notify: before } = view.current();
  view.set({ ...view.current(), notify: !before });
}

function titleText(runId: string, profile: string | null, columns: number): string {
  const title = runTitle(runId, profile, columns);
  return typeof title === 'string' ? title : title.map(({ text }) => text).join('');
}
