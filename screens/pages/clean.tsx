import { CleanScreen, cleanKeys } from '../clean.tsx';
import { FixingScreen, FixScreen, fixingKeys, fixKeys } from '../fix.tsx';
import type { Line } from '../kit/row.tsx';
import type { PageOf, PageProps } from '../page.ts';
import { words } from '../words.ts';

const place: Line = [{ text: `${words.name}   ${words.clean.title}`, tone: 'accent' }];

function Clean({ state, session }: PageProps<'clean'>) {
  return (
    <CleanScreen
      removables={state.removables}
      marked={state.marked}
      status={state.problem}
      onMark={(ids) => session.store.do({ flow: 'clean', type: 'mark', ids })}
      onAsk={() => void session.cleaning.ask()}
      onBack={() => session.back()}
    />
  );
}

export const cleanPage: PageOf<'clean'> = { keys: cleanKeys, Screen: Clean };

/** The page of any removal: names, sizes, cannot be undone, `y`. */
function CleanAgree({ page, state, session, deps }: PageProps<'clean-agree'>) {
  return (
    <FixScreen
      offer={page.offer}
      place={place}
      problem={state.problem}
      said={state.cleanLines}
      clock={deps.clock}
      onApply={() => void session.cleaning.remove()}
      onBack={() => session.back()}
    />
  );
}

export const cleanAgreePage: PageOf<'clean-agree'> = {
  keys: fixKeys({ fix: { label: '' }, plan: null, why: null }),
  Screen: CleanAgree,
};

function CleaningPage({ page, state, deps }: PageProps<'cleaning'>) {
  return (
    <FixingScreen offer={page.offer} place={place} lines={state.cleanLines} clock={deps.clock} />
  );
}

export const cleaningPage: PageOf<'cleaning'> = { keys: fixingKeys, Screen: CleaningPage };
