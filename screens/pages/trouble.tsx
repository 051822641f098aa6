import { useCallback } from 'react';
import { BundleScreen, bundleKeys } from '../bundle.tsx';
import { allFixKeys, FixingScreen, FixScreen, fixingKeys } from '../fix.tsx';
import type { Line } from '../kit/row.tsx';
import { useSurroundings } from '../kit/surroundings.tsx';
import { LogAtLineScreen, logAtLineKeys } from '../log-at-line.tsx';
import { CausesScreen, causesKeys } from '../other-causes.tsx';
import type { PageOf, PageProps } from '../page.ts';
import { runTitle } from '../run.tsx';
import {
  AskContainerScreen,
  AskLineScreen,
  AskTextScreen,
  askSourceKeys,
  TroubleshootScreen,
  troublePlace,
  troubleshootKeys,
} from '../troubleshoot.tsx';
import type { WizardState } from '../wizard-state.ts';

export const troubleshootPage: PageOf<'troubleshoot'> = {
  keys: troubleshootKeys,
  Screen: ({ state, session }) => (
    <TroubleshootScreen
      problem={state.problem}
      onChoose={(source) => {
        if (source === 'last-run') void session.trouble.openLastFailed();
        else session.open({ at: 'ask-source', kind: source });
      }}
      onBack={() => session.back()}
    />
  ),
};

function AskSource({ page, state, session }: PageProps<'ask-source'>) {
  const { trouble } = session;
  const load = useCallback((signal: AbortSignal) => trouble.containers(signal), [trouble]);
  const props = {
    problem: state.problem,
    onSubject: (subject: Parameters<typeof trouble.look>[0]) => trouble.look(subject),
    onBack: () => session.back(),
  };
  switch (page.kind) {
    case 'file':
    case 'address':
      return <AskLineScreen kind={page.kind} {...props} />;
    case 'text':
      return <AskTextScreen {...props} />;
    case 'container':
      return <AskContainerScreen {...props} load={load} />;
    default:
      return page.kind satisfies never;
  }
}

export const askSourcePage: PageOf<'ask-source'> = { keys: askSourceKeys, Screen: AskSource };

function Fix({ page, state, session, deps }: PageProps<'fix'>) {
  return (
    <FixScreen
      offer={page.offer}
      place={usePlaceOf(state)}
      problem={state.problem}
      said={state.fixLines}
      clock={deps.clock}
      onApply={(answer) => void session.trouble.apply(page.offer, answer)}
      onBack={() => session.back()}
    />
  );
}

export const fixPage: PageOf<'fix'> = { keys: allFixKeys, Screen: Fix };

function Fixing({ page, state, deps }: PageProps<'fixing'>) {
  return (
    <FixingScreen
      offer={page.offer}
      place={usePlaceOf(state)}
      lines={state.fixLines}
      clock={deps.clock}
    />
  );
}

export const fixingPage: PageOf<'fixing'> = { keys: fixingKeys, Screen: Fixing };

function Causes({ state, session }: PageProps<'causes'>) {
  return (
    <CausesScreen
      place={usePlaceOf(state)}
      causes={state.found?.trouble.diagnoses.slice(1) ?? []}
      onBack={() => session.back()}
    />
  );
}

export const causesPage: PageOf<'causes'> = { keys: causesKeys, Screen: Causes };

function Proof({ state, session }: PageProps<'proof'>) {
  const proof = state.found?.proof ?? null;
  const { trouble } = session;
  const read = useCallback(
    (from: number, to: number) => trouble.lines(proof?.path ?? '', from, to),
    [trouble, proof],
  );
  return (
    <LogAtLineScreen
      place={usePlaceOf(state)}
      proof={proof}
      read={read}
      onBack={() => session.back()}
    />
  );
}

export const proofPage: PageOf<'proof'> = { keys: logAtLineKeys, Screen: Proof };

function Report({ state, session }: PageProps<'bundle'>) {
  return (
    <BundleScreen
      place={usePlaceOf(state)}
      draft={state.draft}
      problem={state.problem}
      onWrite={() => void session.trouble.writeBundle()}
      onBack={() => session.back()}
    />
  );
}

export const bundlePage: PageOf<'bundle'> = { keys: bundleKeys, Screen: Report };

/** The run that it is about, or that it is from elsewhere. */
function usePlaceOf({ subject, found }: WizardState): Line {
  const { columns } = useSurroundings();
  const profile = found?.trouble.run?.request.profile ?? null;
  return subject?.kind === 'run'
    ? runTitle(subject.runId, profile, columns)
    : troublePlace(columns);
}
