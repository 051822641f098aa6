import { Box } from 'ink';
import { useRef, useSyncExternalStore } from 'react';
import { openQuestions, type RunState } from '../src/pipeline/run-state.ts';
import type { Clock } from '../src/ports/clock.ts';
import { bodyRows, Frame } from './kit/frame.tsx';
import { useHoldKeys } from './kit/hold-keys.tsx';
import { useKeys } from './kit/keys.ts';
import { type Line, Rows } from './kit/row.tsx';
import { LOW_ROWS, NARROW_COLUMNS, useSurroundings } from './kit/surroundings.tsx';
import { useNow } from './kit/use-now.ts';
import { noBackground, type RunBackground } from './panes/background.ts';
import { bodyLines } from './panes/body-lines.ts';
import { diskLine } from './panes/disk-lines.ts';
import { FreePage } from './panes/free-page.tsx';
import { type LogTail, noLines } from './panes/log-tail.ts';
import { Asked, FREE, questionRows, withFreeSpace } from './panes/question.tsx';
import { LogWithTitle, layOut, RunBody } from './panes/run-body.tsx';
import { noteLine, statusLine, timeLine } from './panes/run-chrome.ts';
import { keysNow } from './panes/run-keys.ts';
import {
  type Effect,
  type PaneId,
  paneIds,
  pressKey,
  pressText,
  type ViewFacts,
} from './panes/run-view.ts';
import type { FreeSpace } from './panes/run-world.ts';
import { type ShownLog, shownLog } from './panes/shown-log.ts';
import { SpokenRun } from './panes/spoken-run.tsx';
import { stepPageLines } from './panes/step-page.ts';
import { Tabs, tabLogRows } from './panes/tabs.tsx';
import { ViewStore } from './panes/view-store.ts';
import { isGoing, loggedStep, shownSteps } from './run-steps.ts';
import { words } from './words.ts';

export { runKeys } from './panes/run-keys.ts';

export interface RunScreenProps {
  run: RunState;
  runId: string;
  profile: string | null;
  clock: Clock;
  /** What the run was told, or why it could not be told. */
  status: string | null;
  log: LogTail;
  /** What a person does with the panes; it outlives this screen. */
  view?: ViewStore;
  background?: RunBackground;
  active?: boolean;
  onDetach: () => void;
  onAnswer: (id: string, option: string) => void;
  /** The lines that a person sees go to the clipboard, the log to a pager. */
  onCopy?: (shown: ShownLog | null) => void;
  onPage?: () => void;
  /** Room can be made while the run goes on. */
  freeSpace?: FreeSpace;
}

/** A5, A6: what happens now, what it waits for, and what the disk does; every pane can be moved in. */
export function RunScreen(props: RunScreenProps) {
  const { theme } = useSurroundings();
  return theme.screenReader ? <SpokenRun {...props} /> : <PaneScreen {...props} />;
}

function PaneScreen(props: RunScreenProps) {
  const { run, runId, profile, clock, log: tail, background = noBackground, active = true } = props;
  const { columns, rows, theme } = useSurroundings();
  const now = useNow(clock, 1000, run.result === null);
  const own = useRef<ViewStore>(undefined);
  own.current ??= new ViewStore();
  const store = props.view ?? own.current;
  const view = useSyncExternalStore(store.subscribe, store.current);
  const typing = view.search.typing !== null;
  useHoldKeys(typing);

  const width = columns - 2;
  const low = rows < LOW_ROWS;
  const [asked] = openQuestions(run);
  const question = asked && props.freeSpace ? withFreeSpace(asked) : asked;
  const shown = shownLog(run, tail, view.log);
  const status = statusLine(props.status, view, shown?.log ?? noLines);
  const steps = shownSteps(run);
  const drawn = { now, width, theme, focus: low ? null : view.focus };
  const lines = bodyLines(run, drawn, background, {
    cursor: view.step,
    asked: question !== undefined,
  });
  // A row for what is said is kept where there is room, so that nothing moves when it is.
  const hasStatus = status !== null || !low;
  const askedRows = question ? questionRows(question, width, theme, low) : 0;
  const body = Math.max(1, bodyRows(rows, hasStatus) - askedRows);
  const layout = layOut(lines, shown !== null, body, width);
  const opened = openedLines(run, view.opened === 'step' ? view.step : null, drawn, background);
  const disk = view.focus === 'disk' ? [] : diskLine(run, drawn).slice(0, body > 3 ? 1 : 0);
  const logRows = view.opened
    ? Math.max(0, body - opened.length - 1)
    : low
      ? tabLogRows(body, 1, disk.length)
      : layout.logRows;
  const there = panesOf(lines, steps.length > 0, shown !== null, width);
  // Where all are on one page, those that had to give way are none to move to.
  const panes = low
    ? there
    : there.filter((id) => (layout.columns === 2 && id === 'log' ? true : layout.given[id] > 0));

  const facts: ViewFacts = {
    panes,
    steps: steps.map(({ id }) => id),
    current: (loggedStep(run) ?? steps.findLast(isGoing) ?? steps.at(-1))?.id ?? null,
    logged: tail.steps,
    shown: shown?.step ?? null,
    log: shown?.log ?? noLines,
    logRows,
    asked: question !== undefined,
    canFree: props.freeSpace !== undefined,
  };
  useKeys(
    (key) => {
      const pressed = pressKey(store.current(), key, facts);
      store.set(pressed.view);
      if (pressed.does) act(pressed.does, props, store, shown);
    },
    active,
    (text) => store.set(pressText(store.current(), text, facts)),
  );

  return (
    <Frame
      left={runTitle(runId, profile ?? run.run?.profile ?? null, columns, run.run?.attempt)}
      right={timeLine(run, background, now, columns)}
      keys={keysNow(view, question !== undefined)}
      status={hasStatus ? (status ?? noteLine(run)) : null}
    >
      {view.opened === 'free' && props.freeSpace ? (
        <FreePage
          free={props.freeSpace}
          runId={runId}
          rows={bodyRows(rows, hasStatus)}
          drawn={drawn}
          onSaid={(text) => store.say(text)}
          onBack={() => store.set({ ...store.current(), opened: null })}
        />
      ) : null}
      {question && view.opened !== 'free' ? (
        <Asked
          question={question}
          clock={clock}
          low={low}
          active={active && !typing}
          onAnswer={(id, option) => {
            if (option === FREE) store.set({ ...store.current(), opened: 'free' });
            else props.onAnswer(id, option);
          }}
        />
      ) : null}
      {view.opened === 'free' ? null : view.opened && shown ? (
        <Box flexDirection="column">
          <Rows lines={opened.slice(0, Math.max(0, body - 2))} />
          <LogWithTitle shown={shown} view={view} rows={logRows} drawn={drawn} />
        </Box>
      ) : low ? (
        <Tabs
          panes={panes}
          lines={lines}
          disk={disk}
          shown={shown}
          view={view}
          rows={body}
          drawn={drawn}
        />
      ) : (
        <RunBody lines={lines} layout={layout} shown={shown} view={view} drawn={drawn} />
      )}
    </Frame>
  );
}

function act(does: Effect, props: RunScreenProps, store: ViewStore, shown: ShownLog | null): void {
  if (does === 'detach') props.onDetach();
  else if (does === 'copy') props.onCopy?.(shown);
  else if (does === 'page') props.onPage?.();
  else store.say(store.current().notify ? words.panes.notifyOn : words.panes.notifyOff);
}

function panesOf(
  lines: ReturnType<typeof bodyLines>,
  steps: boolean,
  log: boolean,
  width: number,
): PaneId[] {
  const there: Record<PaneId, boolean> = {
    steps: steps || lines.levels(width).length > 0,
    log,
    models: lines.models(width).length > 0,
    disk: lines.disk(width).length > 0,
    gpu: lines.gpu(width).length > 0,
  };
  const panes = paneIds.filter((id) => there[id]);
  return panes.length > 0 ? panes : ['steps'];
}

function openedLines(
  run: RunState,
  id: string | null,
  drawn: Parameters<typeof stepPageLines>[2],
  background: RunBackground,
): Line[] {
  const step = id === null ? undefined : run.build.byId[id];
  return step ? [...stepPageLines(run, step, drawn, background), ''] : [];
}

/** `SteadyDancer   run 7f3a  rtx4090-fp8`. */
export function runTitle(
  runId: string,
  profile: string | null,
  columns: number,
  attempt?: number,
): Line {
  const name = columns < NARROW_COLUMNS ? '' : `${words.name}   `;
  const shown = profile && columns >= NARROW_COLUMNS ? `  ${profile}` : '';
  const again = attempt ? `  ${words.failure.attempt(attempt, columns < NARROW_COLUMNS)}` : '';
  return [{ text: name, tone: 'accent' }, { text: words.run.run(shortId(runId)) + shown + again }];
}

/** Run ids end in what tells runs of one second apart; it is enough to say which is meant. */
export function shortId(runId: string): string {
  return runId.split('-').at(-1) ?? runId;
}
