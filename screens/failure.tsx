import { Box } from 'ink';
import { useState } from 'react';
import type { Diagnosis, Fix } from '../src/contract/diagnosis.ts';
import { elapsedMs, modelBytes, type RunState } from '../src/pipeline/run-state.ts';
import { formatBytes, formatDuration } from '../src/text/format.ts';
import { cells, wrapWords } from './kit/cells.ts';
import { type Choice, ChoiceList, choiceRows } from './kit/choice-list.tsx';
import { bodyRows, Frame } from './kit/frame.tsx';
import { giveWay } from './kit/give-way.ts';
import type { KeyHint } from './kit/key-line.ts';
import { useKeys } from './kit/keys.ts';
import { labelled } from './kit/labelled.ts';
import { LogWindow } from './kit/log-window.tsx';
import { type Line, Rows } from './kit/row.tsx';
import { LOW_ROWS, useSurroundings } from './kit/surroundings.tsx';
import type { Theme } from './kit/theme.ts';
import { runTitle } from './run.tsx';
import { loggedStep, shownSteps } from './run-steps.ts';
import { words } from './words.ts';

interface FailureScreenProps {
  run: RunState;
  runId: string;
  /** False for a run that was only attached to: its plan is not here. */
  canRetry: boolean;
  active?: boolean;
  onAgain: () => void;
  onQuit: () => void;
}

export const failureKeys: readonly KeyHint[] = [
  { key: 'Enter', does: words.keys.show },
  { key: 'l', does: words.failure.log },
  { key: '?', does: '' },
  { key: 'q', does: '' },
];

/** A7: what happened, why, the line that proves it, what is kept, what next. In this order. */
export function FailureScreen(props: FailureScreenProps) {
  const { run, runId, canRetry, active = true, onAgain, onQuit } = props;
  const { columns, rows, theme } = useSurroundings();
  const [log, setLog] = useState(false);
  const [byHand, setByHand] = useState<string | null>(null);
  useKeys((key) => {
    if (key === 'l') setLog(!log);
    else if (key === 'escape') setLog(false);
  }, active);
  const width = columns - 2;
  const fixes = run.diagnoses[0]?.fixes ?? [];
  const choices = choicesOf(fixes, canRetry);
  const choose = (id: string) => {
    if (id === 'again') onAgain();
    else if (id === 'quit') onQuit();
    else setByHand(handOf(fixes[Number(id.slice('fix-'.length))]));
  };
  const room = bodyRows(rows, false);
  const ask = [{ text: words.failure.next, tone: 'strong' as const }];
  const hand =
    byHand === null
      ? []
      : [words.failure.byHand, ...wrapWords(byHand, width - 2).map((text) => `  ${text}`)];
  const wanted = choiceRows(choices, width, theme);
  const facts = factParts(run, width, rows < LOW_ROWS, theme);
  const given = giveWay(
    [
      ...facts.map(({ lines, least, importance }) => ({ wanted: lines.length, least, importance })),
      { wanted: 1 + wanted, least: 3, importance: 8 },
      { wanted: hand.length, least: hand.length, importance: 9 },
    ],
    room,
  );
  const listRows = Math.max(1, (given.at(-2) ?? 0) - 1);
  const step = loggedStep(run);
  return (
    <Frame
      left={runTitle(runId, run.run?.profile ?? null, columns)}
      right={[{ text: endedText(run), tone: 'fail' }]}
      keys={failureKeys}
    >
      {log ? (
        <LogWindow lines={step?.log.lines ?? [words.failure.noLog]} rows={room} />
      ) : (
        <Box flexDirection="column">
          <Rows lines={facts.flatMap(({ lines }, index) => lines.slice(0, given[index] ?? 0))} />
          <Rows lines={[ask]} />
          <ChoiceList choices={choices} active={active} rows={listRows} onChoose={choose} />
          <Rows lines={hand} />
        </Box>
      )}
    </Frame>
  );
}

function endedText(run: RunState): string {
  const time = formatDuration(elapsedMs(run, new Date(Date.parse(run.lastAt ?? '') || 0)));
  const signal = (run.result?.exitCode ?? 0) > 128;
  return signal ? words.failure.stopped(time) : words.failure.failed(time);
}

/** What the person does: a command, or what the label says. */
function handOf(fix: Fix | undefined): string | null {
  return fix?.command ?? fix?.label ?? null;
}

function choicesOf(fixes: readonly Fix[], canRetry: boolean): Choice<string>[] {
  return [
    ...(canRetry
      ? [{ id: 'again', label: words.failure.again, note: words.failure.againNote }]
      : []),
    ...fixes.map((fix, index) => ({
      id: `fix-${index}`,
      label: fix.label,
      ...(fix.applies && !fix.command ? { impossible: words.failure.notHere } : {}),
    })),
    { id: 'quit', label: words.failure.quit, note: words.failure.quitNote },
  ];
}

function factParts(run: RunState, width: number, low: boolean, theme: Theme) {
  const diagnosis: Diagnosis | undefined = run.diagnoses[0];
  const title = diagnosis?.title ?? run.result?.summary ?? words.failure.noSign;
  const head = headLines(title, diagnosis?.code ?? '', width);
  const blank = { lines: low ? [] : [''], least: 0, importance: 0 };
  const why = diagnosis && diagnosis.cause !== title ? diagnosis.cause : '';
  const label = { labelWidth: 8, width, theme, most: low ? 1 : 3 };
  // A failure of the image is in its log; what else failed was told by who failed.
  const inLog = run.phases.image.state === 'failed' || run.phases.dependencies.state === 'failed';
  const proof = proofLines(diagnosis, width, low || !inLog, theme);
  return [
    { lines: head, least: head.length, importance: 9 },
    blank,
    { lines: why ? labelled(words.failure.why, why, label) : [], least: 0, importance: 3 },
    { lines: proof, least: Math.min(2, proof.length), importance: 5 },
    { lines: labelled(words.failure.kept, keptText(run), label), least: 1, importance: 4 },
    blank,
  ];
}

/** The sentence, and at the right edge the code that people search for. */
function headLines(title: string, code: string, width: number): Line[] {
  const lines = wrapWords(title, width);
  const last = lines.at(-1) ?? '';
  const gap = width - cells(last) - cells(code);
  const rows = lines.map((text): Line => [{ text, tone: 'strong' }]);
  if (code === '') return rows;
  if (gap < 2)
    return [
      ...rows,
      [{ text: ' '.repeat(Math.max(0, width - cells(code))) }, { text: code, tone: 'quiet' }],
    ];
  const ending: Line = [
    { text: last, tone: 'strong' },
    { text: ' '.repeat(gap) },
    { text: code, tone: 'quiet' },
  ];
  return [...rows.slice(0, -1), ending];
}

function proofLines(
  diagnosis: Diagnosis | undefined,
  width: number,
  low: boolean,
  theme: Theme,
): Line[] {
  if (!diagnosis) return [];
  const { line, text } = diagnosis.evidence;
  if (low) return labelled(words.failure.proof, text, { labelWidth: 8, width, theme, most: 2 });
  return [
    ...labelled(words.failure.proof, words.failure.line(line), {
      labelWidth: 8,
      width,
      theme,
      most: 1,
    }),
    ...wrapWords(text, width - 8)
      .slice(0, 3)
      .map((row): Line => [{ text: '      > ', tone: 'fail' }, { text: row }]),
  ];
}

/** Measured, not hoped: steps that are done, models that are there. */
function keptText(run: RunState): string {
  const steps = shownSteps(run);
  const done = steps.filter((step) => step.state === 'done').length;
  const { bytes } = modelBytes(run);
  return [
    ...(done > 0 ? [words.failure.keptSteps(done, steps.length)] : []),
    ...(bytes > 0 ? [words.failure.keptModels(formatBytes(bytes))] : []),
    words.failure.keptAnswers,
  ].join(', ');
}
