import { elapsedMs, type RunState } from '../src/pipeline/run-state.ts';
import { formatDuration } from '../src/text/format.ts';
import { outputWord } from './report/saved-image.ts';
import { words } from './words.ts';

/** Lines that stay on the main screen when the wizard goes (MOCKUPS C8). */
const MOST_LINES = 12;

/** How the person left: a run may go on without its screen. */
export type Leaving = 'finished' | 'detached' | 'nothing';

/** The headline, the cause or the address, what goes on, the next command. */
export function summaryLines(
  run: RunState,
  runId: string | null,
  leaving: Leaving,
  stopped = false,
): string[] {
  if (leaving === 'nothing' || runId === null) return [words.leave.nothing];
  if (leaving === 'detached') {
    return [words.leave.goesOn, `  ${words.leave.attach(runId)}`];
  }
  return (run.result?.ok ? goodLines(run, stopped) : badLines(run)).slice(0, MOST_LINES);
}

function goodLines(run: RunState, stopped: boolean): string[] {
  const { result } = run;
  if (!result) return [];
  const time = formatDuration(elapsedMs(run, new Date(0)));
  return [
    `${words.report.ready(time)}: ${result.summary}`,
    ...(result.url && !result.summary.includes(result.url)
      ? [`${words.report.runsAt(run.run?.recipe)}  ${result.url}`]
      : []),
    ...run.fallbacks.map(
      ({ what, from, to }) => `${words.report.instead}: ${what} ${to} for ${from}`,
    ),
    ...result.outputs.slice(-2).map((output) => `${outputWord(output)}: ${output.path}`),
    ...(stopped ? [words.report.containerStopped] : []),
    ...(result.container?.state === 'running' && !stopped
      ? [words.leave.container(result.container.name), `  ${words.leave.stop}`]
      : []),
  ];
}

function badLines(run: RunState): string[] {
  const { result } = run;
  const [diagnosis] = run.diagnoses;
  const title = diagnosis?.title ?? result?.summary ?? words.failure.noSign;
  return [
    title,
    ...(diagnosis && diagnosis.cause !== title ? [diagnosis.cause] : []),
    ...(diagnosis ? [`${words.failure.proof}: ${diagnosis.evidence.text}`] : []),
    ...(diagnosis?.fixes ?? []).slice(0, 3).map((fix) => `- ${fix.label}`),
    ...(result?.runDir ? [`${words.leave.failed} ${result.runDir}/build.log`] : []),
    `${words.failure.again}: ${words.leave.again}`,
  ];
}
