import { useApp } from 'ink';
import { useSyncExternalStore } from 'react';
import type { PageOf, PageProps } from '../page.ts';
import { useBackground } from '../panes/use-background.ts';
import { RunScreen, runKeys } from '../run.tsx';
import { copyLog, pageLog } from '../run-actions.ts';
import type { Ending } from '../state/run.ts';
import { StopQuestion } from '../stop-question.tsx';
import { words } from '../words.ts';

function Run({ page, state, session, deps }: PageProps<'run'>) {
  const run = useSyncExternalStore(session.feed.subscribe, session.feed.current);
  const { running } = session;
  const { suspendTerminal } = useApp();
  const planned = run.phases.validate.state !== 'waiting';
  const background = useBackground(deps, page.runId, planned);
  if (page.ending === 'asking') {
    return (
      <StopQuestion
        onAnswer={(answer) => {
          if (answer === 'stop') running.stop();
          else if (answer === 'keep') running.detach();
          else running.stay();
        }}
      />
    );
  }
  return (
    <RunScreen
      run={run}
      runId={page.runId}
      profile={state.profile}
      clock={deps.clock}
      status={state.problem ?? endingWords(page.ending)}
      log={session.feed.log}
      view={session.feed.view}
      background={background}
      {...(deps.freeSpace ? { freeSpace: deps.freeSpace } : {})}
      onDetach={() => running.detach()}
      onAnswer={(id, option) => running.answer(id, option)}
      onCopy={(shown) => copyLog(shown, session.feed.view, deps)}
      onPage={() => void pageLog(page.runId, suspendTerminal, session, deps)}
    />
  );
}

function endingWords(ending: Ending): string | null {
  if (ending === 'stopping') return words.run.stopping;
  return ending === 'forcing' ? words.run.forcing : null;
}

export const runPage: PageOf<'run'> = { keys: runKeys, Screen: Run };
