import type { RunState } from '../../src/pipeline/run-state.ts';
import { type BuildStep, stepBytes } from '../../src/pipeline/steps.ts';
import { formatDuration, formatOf } from '../../src/text/format.ts';
import { wrapWords } from '../kit/cells.ts';
import { atMost, labelled } from '../kit/labelled.ts';
import type { Line } from '../kit/row.tsx';
import { sign } from '../kit/theme.ts';
import { type Drawn, wholeSeconds } from '../run-fields.ts';
import { shownSteps, stepTitle } from '../run-steps.ts';
import { words } from '../words.ts';
import { instructionOf, type RunBackground } from './background.ts';
import { usualText } from './step-lines.ts';

const LABEL_WIDTH = 12;
/** Rows of a long command that are shown. */
const MOST_ROWS = 4;

/** What is known of one step, above its lines. */
export function stepPageLines(
  run: RunState,
  step: BuildStep,
  drawn: Drawn,
  background: RunBackground,
): Line[] {
  const { width, theme } = drawn;
  const { states, line, error, warning, title } = words.panes.step;
  const steps = shownSteps(run);
  const place = title(steps.findIndex(({ id }) => id === step.id) + 1, steps.length);
  const name = atMost(wrapWords(stepTitle(step), width), 2, width, theme);
  const tone = step.state === 'failed' ? 'fail' : 'strong';
  const instruction = instructionOf(background.dockerfile, step);
  const options = { labelWidth: LABEL_WIDTH, width, theme, most: MOST_ROWS };
  const facts = [place, states[step.state], ...timeFacts(step, drawn, background)];
  const mark = sign(theme, 'notice').text;
  return [
    ...name.map((text): Line => [{ text, tone }]),
    facts.join(', '),
    ...(instruction
      ? [
          [{ text: line(instruction.line), tone: 'quiet' } as const],
          ...atMost(
            wrapWords(`${instruction.keyword} ${instruction.rest}`, width - 2),
            MOST_ROWS,
            width - 2,
            theme,
          ).map((text): Line => [{ text: `  ${text}` }]),
        ]
      : []),
    ...(step.error === null ? [] : labelled(error, step.error, { ...options, tone: 'fail' })),
    ...step.warnings.flatMap((text) => labelled(`${mark} ${warning}`, text, options)),
  ];
}

function timeFacts(step: BuildStep, { now }: Drawn, { usual }: RunBackground): string[] {
  const bytes = stepBytes(step);
  const usually = usualText(usual.get(stepTitle(step)));
  const running = step.state === 'running' && step.startedAt !== null;
  const ms = running ? wholeSeconds(now.getTime() - Date.parse(step.startedAt ?? '')) : step.ms;
  return [
    ...(step.cached ? [words.panes.step.cached] : ms === null ? [] : [formatDuration(ms)]),
    ...(usually === '' ? [] : [`${words.panes.usual} ${usually}`]),
    ...(bytes && bytes.total > 1e6 ? [formatOf(bytes.current, bytes.total)] : []),
  ];
}
