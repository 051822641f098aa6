import { type FunctionComponent, useRef, useSyncExternalStore } from 'react';
import type { RecipeId } from '../src/contract/choices.ts';
import type { RunDeps } from './deps.ts';
import { HelpScreen } from './help.tsx';
import { HoldKeysProvider } from './kit/hold-keys.tsx';
import { useKeys } from './kit/keys.ts';
import type { PageOf, PageProps } from './page.ts';
import { attentionPage } from './pages/attention.tsx';
import { byCommandPage } from './pages/by-command.tsx';
import { cleanAgreePage, cleaningPage, cleanPage } from './pages/clean.tsx';
import { doctorPage } from './pages/doctor.tsx';
import { enginePage } from './pages/engine.tsx';
import { exposePage } from './pages/expose.tsx';
import { failurePage, foundPage } from './pages/failure.tsx';
import { foldersPage } from './pages/folders.tsx';
import { imagePage } from './pages/image.tsx';
import { machinePage } from './pages/machine.tsx';
import { mirrorsPage } from './pages/mirrors.tsx';
import { optionsPage } from './pages/options.tsx';
import { profileDeletePage, profileNamePage, profilesPage } from './pages/profiles.tsx';
import { reportPage } from './pages/report.tsx';
import { reviewPage, startingPage } from './pages/review.tsx';
import { rootPage } from './pages/root.tsx';
import { runPage } from './pages/run.tsx';
import { savePage } from './pages/save.tsx';
import { targetPage } from './pages/target.tsx';
import { tokenPage, tokenTextPage } from './pages/token.tsx';
import {
  askSourcePage,
  bundlePage,
  causesPage,
  fixingPage,
  fixPage,
  proofPage,
  troubleshootPage,
} from './pages/trouble.tsx';
import { variantPage } from './pages/variant.tsx';
import { walkingPage } from './pages/walking.tsx';
import { welcomePage } from './pages/welcome.tsx';
import type { Session } from './session.ts';
import { StepsProvider } from './steps.tsx';
import type { Page, WizardState } from './wizard-state.ts';
import { words } from './words.ts';

/** Which screen is up: a page is a line. */
const pages: { readonly [At in Page['at']]: PageOf<At> } = {
  welcome: welcomePage,
  'by-command': byCommandPage,
  doctor: doctorPage,
  image: imagePage,
  machine: machinePage,
  engine: enginePage,
  root: rootPage,
  walking: walkingPage,
  target: targetPage,
  variant: variantPage,
  attention: attentionPage,
  folders: foldersPage,
  options: optionsPage,
  mirrors: mirrorsPage,
  expose: exposePage,
  review: reviewPage,
  save: savePage,
  starting: startingPage,
  run: runPage,
  report: reportPage,
  failure: failurePage,
  troubleshoot: troubleshootPage,
  'ask-source': askSourcePage,
  found: foundPage,
  fix: fixPage,
  fixing: fixingPage,
  causes: causesPage,
  proof: proofPage,
  bundle: bundlePage,
  profiles: profilesPage,
  token: tokenPage,
  'token-text': tokenTextPage,
  clean: cleanPage,
  'clean-agree': cleanAgreePage,
  cleaning: cleaningPage,
  'profile-name': profileNamePage,
  'profile-delete': profileDeletePage,
};

/** A step of the way to the review, with the name that the header shows. */
interface Step {
  page: Extract<
    Page,
    { at: 'machine' | 'target' | 'variant' | 'attention' | 'folders' | 'options' | 'review' }
  >;
  place: string;
  /** The recipes that ask for it; all where it is left out. */
  of?: RecipeId;
}

/** The steps in the order in which they are asked. */
const steps: readonly Step[] = [
  { page: { at: 'machine' }, place: words.machine.place },
  { page: { at: 'target' }, place: words.target.place, of: 'steadydancer' },
  { page: { at: 'variant' }, place: words.variant.place, of: 'steadydancer' },
  { page: { at: 'attention' }, place: words.attention.place, of: 'steadydancer' },
  { page: { at: 'folders' }, place: words.folders.place },
  { page: { at: 'options' }, place: words.settings.place },
  { page: { at: 'review' }, place: words.review.place },
];

/** The steps that these answers ask for; the target only where it is not this computer. */
function stepsOf({ answers, planned, page, trail }: WizardState): Step[] {
  const recipe = answers.recipe ?? 'steadydancer';
  const target = planned?.choices.target ?? 'local';
  const byTarget =
    target !== 'local' || page.at === 'target' || trail.some(({ at }) => at === 'target');
  return steps.filter(
    ({ page: { at }, of }) =>
      (of === undefined || of === recipe) &&
      // What is in a ready image is decided.
      (at !== 'attention' || answers.image === undefined) &&
      (at === 'target' || at === 'machine' ? (at === 'target') === byTarget : true),
  );
}

/** To the next step; from a line of the review back to it. */
function goOn(session: Session, state: WizardState): void {
  const { page, trail } = state;
  if (trail.at(-1)?.at === 'review') {
    session.back();
    return;
  }
  const way = stepsOf(state);
  const next = way[way.findIndex((step) => step.page.at === page.at) + 1];
  if (next) session.open(next.page);
}

/** The page that is up, and the keys that mean the same on all of them. */
export function Wizard({ session, deps }: { session: Session; deps: RunDeps }) {
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
  const next = () => goOn(session, session.store.state);
  return (
    <HoldKeysProvider value={held}>
      <StepsProvider places={stepsOf(state).map(({ place }) => place)}>
        {state.help ? (
          <HelpScreen keys={keys} />
        ) : (
          <Screen page={page} state={state} session={session} deps={deps} next={next} />
        )}
      </StepsProvider>
    </HoldKeysProvider>
  );
}
