import { Box } from 'ink';
import {
  elapsedMs,
  openQuestions,
  type Question,
  type RunState,
} from '../src/pipeline/run-state.ts';
import type { Clock } from '../src/ports/clock.ts';
import { formatDuration } from '../src/text/format.ts';
import { wrapWords } from './kit/cells.ts';
import { ChoiceList } from './kit/choice-list.tsx';
import { bodyRows, Frame } from './kit/frame.tsx';
import { giveWay, type Part } from './kit/give-way.ts';
import type { KeyHint } from './kit/key-line.ts';
import { useKeys } from './kit/keys.ts';
import { LogWindow } from './kit/log-window.tsx';
import { type Line, Row, Rows } from './kit/row.tsx';
import { LOW_ROWS, NARROW_COLUMNS, useSurroundings } from './kit/surroundings.tsx';
import { sign } from './kit/theme.ts';
import { useNow } from './kit/use-now.ts';
import type { Drawn } from './run-fields.ts';
import { diskLines, gpuLines, levelLines, modelLines, phaseStrip } from './run-layout.ts';
import { loggedStep, logTitle, stepLines, stepRows } from './run-steps.ts';
import { words } from './words.ts';

interface RunScreenProps {
  run: RunState;
  runId: string;
  profile: string | null;
  clock: Clock;
  /** What the run was told, or why it could not be told. */
  status: string | null;
  active?: boolean;
  onDetach: () => void;
  onAnswer: (id: string, option: string) => void;
}

export const runKeys: readonly KeyHint[] = [
  { key: 'd', does: words.keys.detach },
  { key: 'q', does: words.keys.stop },
  { key: '?', does: '' },
];

/** A5: what happens now, what it waits for, and what the disk does. */
export function RunScreen(props: RunScreenProps) {
  const { run, runId, profile, clock, status, active = true, onDetach, onAnswer } = props;
  const { columns, rows, theme } = useSurroundings();
  const now = useNow(clock, 1000, run.result === null);
  useKeys((key) => {
    if (key === 'd') onDetach();
  }, active);
  const [question] = openQuestions(run);
  const room =
    bodyRows(rows, status !== null) - (question ? questionRows(question, columns - 2) : 0);
  return (
    <Frame
      left={runTitle(runId, profile ?? run.run?.profile ?? null, columns)}
      right={[{ text: formatDuration(Math.floor(elapsedMs(run, now) / 1000) * 1000) }]}
      keys={runKeys}
      status={status === null ? null : [{ text: status, tone: 'warn' }]}
    >
      {question ? (
        <Asked question={question} clock={clock} active={active} onAnswer={onAnswer} />
      ) : null}
      <Panes run={run} rows={Math.max(1, room)} drawn={{ now, width: columns - 2, theme }} />
    </Frame>
  );
}

/** The panes of a run in as many rows as there are; the log takes what is left and gives way first. */
function Panes({ run, rows, drawn }: { run: RunState; rows: number; drawn: Drawn }) {
  const strip = run.run === null ? waitingLines(run, drawn) : [phaseStrip(run, drawn)];
  const levels = levelLines(run, drawn);
  const models = modelLines(run, drawn);
  const disk = diskLines(run, drawn);
  const gpu = gpuLines(run, drawn);
  const notices = noticeLines(run, drawn);
  const logged = levels.length > 0 ? null : loggedStep(run);
  const steps = stepRows(run);
  const others: Part[] = [
    { wanted: strip.length, least: 1, importance: 9 },
    { wanted: notices.length, least: Math.min(1, notices.length), importance: 8 },
    { wanted: steps.wanted, least: steps.least, importance: levels.length > 0 ? 3 : 5 },
    { wanted: levels.length, least: levels.length, importance: 6 },
    { wanted: models.length, least: Math.min(1, models.length), importance: 4 },
    { wanted: disk.length, least: Math.min(1, disk.length), importance: 7 },
    { wanted: gpu.length, least: 0, importance: 2 },
    // A row of air below where the run is.
    { wanted: 1, least: 0, importance: 0 },
  ];
  const taken = others.reduce((sum, part) => sum + part.wanted, 0);
  // With room a log of four lines is worth more than a long list of finished steps.
  const low = rows < LOW_ROWS - 4;
  const log: Part = {
    wanted: logged ? Math.max(low ? 2 : 5, rows - taken) : 0,
    least: logged ? (low ? 2 : 5) : 0,
    importance: low ? 1 : 5.5,
  };
  const given = giveWay([...others, log], rows);
  const of = (index: number, lines: readonly Line[]) => lines.slice(0, given[index] ?? 0);
  const logRows = given[8] ?? 0;
  return (
    <Box flexDirection="column">
      <Rows lines={[...of(0, strip), ...of(1, notices), ...of(7, [''])]} />
      <Rows lines={stepLines(run, given[2] ?? 0, drawn)} />
      <Rows lines={of(3, levels)} />
      {logged && logRows > 1 ? (
        <>
          <Row line={logTitle(logged, drawn)} />
          <LogWindow lines={logged.log.lines} rows={logRows - 1} />
        </>
      ) : null}
      <Rows lines={[...of(4, models), ...of(5, disk), ...of(6, gpu)]} />
    </Box>
  );
}

/** Before there is a plan: an engine may be installed first, and its commands are notes. */
function waitingLines({ notes }: RunState, { width }: Drawn): Line[] {
  const note = notes.findLast(({ level }) => level === 'info');
  return [words.run.waiting, ...(note ? wrapWords(note.text, width).slice(0, 3) : [])];
}

/** What was replaced, and the newest warning. */
function noticeLines(run: RunState, { width, theme }: Drawn): Line[] {
  const mark = sign(theme, 'notice');
  const fallback = run.fallbacks.at(-1);
  const warning = run.notes.findLast((note) => note.level === 'warn');
  const texts = [
    ...(fallback
      ? [`${fallback.what}: ${fallback.to} instead of ${fallback.from}. ${fallback.why}`]
      : []),
    ...(warning ? [warning.text] : []),
  ];
  return texts.flatMap((text) =>
    wrapWords(text, width - 2)
      .slice(0, 2)
      .map(
        (line, index): Line => [
          { text: index === 0 ? `${mark.text} ` : '  ', tone: mark.tone },
          { text: line },
        ],
      ),
  );
}

function questionRows(question: Question, width: number): number {
  return wrapWords(question.text, width).length + question.options.length + 2;
}

function Asked(props: {
  question: Question;
  clock: Clock;
  active: boolean;
  onAnswer: (id: string, option: string) => void;
}) {
  const { question, clock, active, onAnswer } = props;
  const { columns } = useSurroundings();
  const text = wrapWords(question.text, columns - 2);
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Rows
        lines={[
          [{ text: words.run.question, tone: 'accent' }],
          ...text.map((line): Line => [{ text: line, tone: 'strong' }]),
        ]}
      />
      <ChoiceList
        key={question.id}
        choices={question.options}
        active={active}
        rows={question.options.length}
        guard={clock}
        onChoose={(option) => onAnswer(question.id, option)}
      />
      <Row line="" />
    </Box>
  );
}

/** `SteadyDancer   run 7f3a  rtx4090-fp8`. */
export function runTitle(runId: string, profile: string | null, columns: number): Line {
  const name = columns < NARROW_COLUMNS ? '' : `${words.name}   `;
  const shown = profile && columns >= NARROW_COLUMNS ? `  ${profile}` : '';
  return [{ text: name, tone: 'accent' }, { text: words.run.run(shortId(runId)) + shown }];
}

/** Run ids end in what tells runs of one second apart; it is enough to say which is meant. */
export function shortId(runId: string): string {
  return runId.split('-').at(-1) ?? runId;
}
