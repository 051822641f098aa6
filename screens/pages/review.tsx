import type { PageOf, PageProps } from '../page.ts';
import { ReviewScreen, reviewKeys } from '../review.tsx';

function Review({ page, state, session, deps }: PageProps<'review' | 'starting'>) {
  if (!state.planned) return null;
  return (
    <ReviewScreen
      planned={state.planned}
      profile={state.profile}
      changed={state.changed}
      starting={page.at === 'starting'}
      replanning={state.replanning}
      problem={state.problem}
      clock={deps.clock}
      onStart={() => void session.running.start()}
      onOpen={(at) => session.open({ at })}
      onBack={() => session.back()}
    />
  );
}

export const reviewPage: PageOf<'review'> = { keys: reviewKeys, Screen: Review };
/** The review while its run is being started. */
export const startingPage: PageOf<'starting'> = { keys: reviewKeys, Screen: Review };
