import { useSyncExternalStore } from 'react';
import { FailureScreen, failureKeys } from '../failure.tsx';
import type { PageOf, PageProps } from '../page.ts';

function Failed({ page, state, session }: PageProps<'failure'>) {
  const run = useSyncExternalStore(session.feed.subscribe, session.feed.current);
  return (
    <FailureScreen
      run={run}
      runId={page.runId}
      canRetry={state.planned !== null}
      onAgain={() => void session.running.start()}
      onQuit={() => session.leaving.leave('finished')}
    />
  );
}

export const failurePage: PageOf<'failure'> = { keys: failureKeys, Screen: Failed };
