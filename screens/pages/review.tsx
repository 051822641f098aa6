import type { PageOf, PageProps } from '../page.ts';
import { ReviewScreen, reviewKeys } from '../review.tsx';

function Review({ page, state, session, deps, profile }: PageProps<'review' | 'starting'>) {
  if (!state.planned) return null;
  return (
    <ReviewScreen
      planned={state.planned}
      profile={profile}
      starting={page.at === 'starting'}
      problem={state.problem}
      clock={deps.clock}
      onStart={() => void session.running.start()}
      onBack={() => session.back()}
    />
  );
}

export const reviewPage: PageOf<'review'> = { keys: reviewKeys, Screen: Review };
/** The review while its run is being started. */
export const startingPage: PageOf<'starting'> = { keys: reviewKeys, Screen: Review };
