import { type FunctionComponent, useRef, useSyncExternalStore } from 'react';
import type { RunDeps } from './deps.ts';
import { HelpScreen } from './help.tsx';
import { HoldKeysProvider } from './kit/hold-keys.tsx';
import { useKeys } from './kit/keys.ts';
import type { PageOf, PageProps } from './page.ts';
import { enginePage } from './pages/engine.tsx';
import { failurePage } from './pages/failure.tsx';
import { machinePage } from './pages/machine.tsx';
import { reportPage } from './pages/report.tsx';
import { reviewPage, startingPage } from './pages/review.tsx';
import { rootPage } from './pages/root.tsx';
import { runPage } from './pages/run.tsx';
import { walkingPage } from './pages/walking.tsx';
import type { Session } from './session.ts';
import { StepsProvider } from './steps.tsx';
import type { Page } from './wizard-state.ts';
import { words } from './words.ts';

/** Which screen is up: a page is a line. */
const pages: { readonly [At in Page['at']]: PageOf<At> } = {
  machine: machinePage,
  engine: enginePage,
  root: rootPage,
  walking: walkingPage,
  review: reviewPage,
  starting: startingPage,
  run: runPage,
  report: reportPage,
  failure: failurePage,
};

/** The steps to the review, in the order in which they are asked and named in the header. */
const steps = [words.machine.place, words.review.place];

interface WizardProps {
  session: Session;
  deps: RunDeps;
  profile: string | null;
}

/** The page that is up, and the keys that mean the same on all of them. */
export function Wizard({ session, deps, profile }: WizardProps) {
  const state = useSyncExternalStore(session.store.subscribe, session.store.current);
  const held = useRef(0);
  useKeys((key) => {
    if (key === 'ctrl-c') session.interrupts.interrupt();
    else if (state.help) session.help(false);
    else if (held.current > 0) return;
    else if (key === '?') session.help(true);
    else if (key === 'q') session.leaving.quit();
  });
  const { page } = state;
  const { keys } = pages[page.at];
  // The page and its screen belong together: the record above is typed page by page.
  const Screen = pages[page.at].Screen as FunctionComponent<PageProps>;
  return (
    <HoldKeysProvider value={held}>
      <StepsProvider places={steps}>
        {state.help ? (
          <HelpScreen keys={keys} />
        ) : (
          <Screen page={page} state={state} session={session} deps={deps} profile={profile} />
        )}
      </StepsProvider>
    </HoldKeysProvider>
  );
}
