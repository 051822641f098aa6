import { useSyncExternalStore } from 'react';
import type { PageOf, PageProps } from '../page.ts';
import { ReportScreen, reportKeys } from '../report.tsx';

function Report({ page, state, session, deps }: PageProps<'report'>) {
  const run = useSyncExternalStore(session.feed.subscribe, session.feed.current);
  const { result } = run;
  return (
    <ReportScreen
      run={run}
      runId={page.runId}
      status={state.problem}
      way={result?.url ? (deps.wayToOpen?.(result.url) ?? null) : null}
      canStop={deps.stopContainer !== undefined && result?.container?.state === 'running'}
      stopped={state.stopped}
      onFinish={() => session.leaving.leave('finished')}
      onOpen={() => session.report.openAddress()}
      onStopContainer={() => session.report.stopContainer()}
    />
  );
}

export const reportPage: PageOf<'report'> = { keys: reportKeys(true, true), Screen: Report };
