import { useSyncExternalStore } from 'react';
import type { RunDeps } from './deps.ts';
import { EngineScreen, engineKeys } from './engine.tsx';
import { FailureScreen, failureKeys } from './failure.tsx';
import { HelpScreen } from './help.tsx';
import type { KeyHint } from './kit/key-line.ts';
import { useKeys } from './kit/keys.ts';
import { MachineScreen, machineKeys } from './machine.tsx';
import { ReportScreen, reportKeys } from './report.tsx';
import { ReviewScreen, reviewKeys } from './review.tsx';
import { RootScreen, rootKeys } from './root-rights.tsx';
import { RunScreen, runKeys } from './run.tsx';
import type { Session } from './session.ts';
import { StopQuestion } from './stop-question.tsx';
import { WalkingScreen, walkingKeys } from './walking.tsx';
import { missingEngine, type Page, type WizardState } from './wizard-state.ts';
import { words } from './words.ts';

interface WizardProps {
  session: Session;
  deps: RunDeps;
  profile: string | null;
}

/** Which screen is up, and the keys that mean the same on all of them. */
export function Wizard({ session, deps, profile }: WizardProps) {
  const state = useSyncExternalStore(session.subscribe, session.current);
  const { page, help } = state;
  const asking = page.at === 'run' && page.ending === 'asking';
  useKeys((key) => {
    if (key === 'ctrl-c') session.interrupt();
    else if (help) session.help(false);
    else if (asking) return;
    else if (key === '?') session.help(true);
    else if (key === 'q') session.quit();
  });
  if (help) return <HelpScreen keys={keysOf(page)} />;
  if (asking) {
    return (
      <StopQuestion
        onAnswer={(answer) => {
          if (answer === 'stop') session.stopRun();
          else if (answer === 'keep') session.detach();
          else session.stay();
        }}
      />
    );
  }
  return <PageScreen session={session} deps={deps} profile={profile} state={state} />;
}

function PageScreen({ session, deps, profile, state }: WizardProps & { state: WizardState }) {
  const run = useSyncExternalStore(session.feed.subscribe, session.feed.current);
  const { page, planned, problem } = state;
  switch (page.at) {
    case 'machine':
      return (
        <MachineScreen
          seen={state.seen}
          planned={planned}
          problem={problem}
          goOn={state.goOn}
          engine={missingEngine(state)}
          onEnter={() => session.goOn()}
          onAgain={() => void session.look()}
        />
      );
    case 'engine': {
      const engine = missingEngine(state);
      const { host } = state.seen.machine;
      return engine && host ? (
        <EngineScreen
          host={host}
          engine={engine}
          problem={problem}
          onRoad={(road) => session.chooseRoad(road)}
          onAgain={() => session.lookAgain()}
          onBack={() => session.back()}
        />
      ) : null;
    }
    case 'root':
      return (
        <RootScreen
          road={page.road}
          onYes={() => void session.walk(page.road)}
          onBack={() => session.back()}
        />
      );
    case 'walking':
      return <WalkingScreen road={page.road} lines={state.roadLines} clock={deps.clock} />;
    case 'review':
    case 'starting':
      return planned ? (
        <ReviewScreen
          planned={planned}
          profile={profile}
          starting={page.at === 'starting'}
          problem={problem}
          clock={deps.clock}
          onStart={() => void session.start()}
          onBack={() => session.back()}
        />
      ) : null;
    case 'run':
      return (
        <RunScreen
          run={run}
          runId={page.runId}
          profile={profile}
          clock={deps.clock}
          status={problem ?? endingWords(page.ending)}
          onDetach={() => session.detach()}
          onAnswer={(id, option) => session.answer(id, option)}
        />
      );
    case 'report':
      return (
        <ReportScreen
          run={run}
          runId={page.runId}
          status={problem}
          way={run.result?.url ? (deps.wayToOpen?.(run.result.url) ?? null) : null}
          canStop={deps.stopContainer !== undefined && run.result?.container?.state === 'running'}
          stopped={state.stopped}
          onFinish={() => session.leave('finished')}
          onOpen={() => session.openAddress()}
          onStopContainer={() => session.stopContainer()}
        />
      );
    case 'failure':
      return (
        <FailureScreen
          run={run}
          runId={page.runId}
          canRetry={planned !== null}
          onAgain={() => void session.start()}
          onQuit={() => session.leave('finished')}
        />
      );
    default:
      return page satisfies never;
  }
}

function endingWords(ending: Extract<Page, { at: 'run' }>['ending']): string | null {
  if (ending === 'stopping') return words.run.stopping;
  return ending === 'forcing' ? words.run.forcing : null;
}

function keysOf(page: Page): readonly KeyHint[] {
  switch (page.at) {
    case 'machine':
      return machineKeys;
    case 'engine':
      return engineKeys;
    case 'root':
      return rootKeys;
    case 'walking':
      return walkingKeys;
    case 'review':
    case 'starting':
      return reviewKeys;
    case 'run':
      return runKeys;
    case 'report':
      return reportKeys(true, true);
    case 'failure':
      return failureKeys;
    default:
      return page satisfies never;
  }
}
