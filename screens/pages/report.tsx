import { useEffect, useState, useSyncExternalStore } from 'react';
import type { Picture } from '../../src/comfyui/media/pixels.ts';
import { colourDepth } from '../kit/colour-depth.ts';
import type { PageOf, PageProps } from '../page.ts';
import { useBackground } from '../panes/use-background.ts';
import { firstFrameFile } from '../report/first-frame.ts';
import { ReportScreen, reportKeys } from '../report.tsx';

function Report({ page, state, session, deps }: PageProps<'report'>) {
  const run = useSyncExternalStore(session.feed.subscribe, session.feed.current);
  const { result } = run;
  const { env } = deps.terminal;
  const background = useBackground(deps, page.runId, true);
  const picture = usePicture(firstFrameFile(result?.outputs ?? []), deps.firstFrame);
  return (
    <ReportScreen
      run={run}
      runId={page.runId}
      status={state.problem}
      way={result?.url ? (deps.wayToOpen?.(result.url) ?? null) : null}
      canStop={deps.stopContainer !== undefined && result?.container?.state === 'running'}
      canSave={session.report.canSave}
      stopped={state.stopped}
      background={background}
      picture={picture}
      depth={colourDepth(env)}
      {...(env.WSL_DISTRO_NAME ? { wslDistro: env.WSL_DISTRO_NAME } : {})}
      onFinish={() => session.leaving.leave('finished')}
      onOpen={() => session.report.openAddress()}
      onStopContainer={() => session.report.stopContainer()}
      onSave={() => session.report.askName()}
      onCopy={() => session.report.copyAddress()}
    />
  );
}

/** The first picture of a file, once it was read; an extra, so that none is no problem. */
function usePicture(
  path: string | null,
  read: ((path: string) => Promise<Picture | null>) | undefined,
): Picture | null {
  const [picture, setPicture] = useState<Picture | null>(null);
  useEffect(() => {
    let wanted = true;
    if (path !== null) {
      void read?.(path)
        .then((one) => {
          if (wanted) setPicture(one);
        })
        .catch(() => {});
    }
    return () => {
      wanted = false;
    };
  }, [path, read]);
  return picture;
}

export const reportPage: PageOf<'report'> = {
  keys: reportKeys({ open: true, stop: true, save: true, copy: true }),
  Screen: Report,
};
