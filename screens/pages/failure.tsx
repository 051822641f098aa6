import { useSyncExternalStore } from 'react';
import type { Diagnosis } from '../../src/contract/diagnosis.ts';
import { elapsedMs, modelBytes, type RunState } from '../../src/pipeline/run-state.ts';
import { formatBytes, formatDuration } from '../../src/text/format.ts';
import { figureOf } from '../../src/troubleshoot/figure.ts';
import type { Offer } from '../../src/troubleshoot/fixes/types.ts';
import { FailureScreen, failureKeys } from '../failure.tsx';
import { useSurroundings } from '../kit/surroundings.tsx';
import type { PageOf, PageProps } from '../page.ts';
import { runTitle } from '../run.tsx';
import { shownSteps } from '../run-steps.ts';
import type { FailureFacts } from '../trouble/failure-facts.ts';
import { troublePlace } from '../troubleshoot.tsx';
import { words } from '../words.ts';

/** A run that ended badly: what it said at once, and what a look at the machine adds. */
function Failed({ page, state, session, deps }: PageProps<'failure'>) {
  const run = useSyncExternalStore(session.feed.subscribe, session.feed.current);
  const { columns } = useSurroundings();
  const { trouble } = session;
  const mine = state.subject?.kind === 'run' && state.subject.runId === page.runId;
  const found = mine ? state.found : null;
  const [first = run.diagnoses[0] ?? null, ...others] = found?.trouble.diagnoses ?? [];
  const blind = deps.trouble === undefined || state.unread !== null;
  const facts: FailureFacts = {
    diagnosis: first,
    title: run.result?.summary ?? words.failure.noSign,
    figure: found?.figure ?? (first ? figureOf(first) : null),
    why: first && others[0] ? behind(first, others[0]) : null,
    place: stepPlace(run),
    proof: found?.proof ?? null,
    kept: found?.kept ?? keptSoFar(run),
  };
  return (
    <FailureScreen
      left={runTitle(page.runId, run.run?.profile ?? null, columns, run.run?.attempt)}
      right={[{ text: endedText(run), tone: 'fail' }]}
      facts={facts}
      others={others}
      offers={found?.offers ?? (blind ? byHand(first) : null)}
      status={state.problem ?? state.unread}
      onOffer={(offer) => session.open({ at: 'fix', offer })}
      onProof={() => session.open({ at: 'proof' })}
      onCauses={() => session.open({ at: 'causes' })}
      onReport={() => trouble.openBundle()}
      onCopy={(text) => trouble.copy(text)}
      onAgain={() => trouble.lookAgain()}
      onBack={() => session.back()}
      onQuit={() => session.leaving.leave('finished')}
    />
  );
}

export const failurePage: PageOf<'failure'> = { keys: failureKeys(1), Screen: Failed };

/** What was found in something from elsewhere: the same page. */
function FoundElsewhere({ state, session }: PageProps<'found'>) {
  const { columns } = useSurroundings();
  const { trouble } = session;
  const { found, unread, subject } = state;
  const [first = null, ...others] = found?.trouble.diagnoses ?? [];
  const title = unread ?? (found ? words.trouble.nothing : words.trouble.reading);
  const facts: FailureFacts = {
    diagnosis: first,
    title,
    figure: found && !first ? words.trouble.nothingMore : (found?.figure ?? null),
    why: null,
    place: null,
    proof: found?.proof ?? null,
    kept: null,
  };
  return (
    <FailureScreen
      left={troublePlace(columns, subjectName(subject))}
      right=""
      facts={facts}
      others={others}
      offers={found?.offers ?? (unread === null ? null : [])}
      status={state.problem}
      onOffer={(offer) => session.open({ at: 'fix', offer })}
      onProof={() => session.open({ at: 'proof' })}
      onCauses={() => session.open({ at: 'causes' })}
      onReport={() => trouble.openBundle()}
      onCopy={(text) => trouble.copy(text)}
      onAgain={() => trouble.lookAgain()}
      onBack={() => session.back()}
      onQuit={null}
    />
  );
}

export const foundPage: PageOf<'found'> = { keys: failureKeys(1), Screen: FoundElsewhere };

function subjectName(subject: PageProps['state']['subject']): string {
  switch (subject?.kind) {
    case 'file':
      return subject.path;
    case 'container':
      return subject.name;
    case 'address':
      return subject.url;
    case 'text':
      return words.trouble.pasted;
    case 'run':
    case undefined:
      return '';
    default:
      return subject satisfies never;
  }
}

/** These say that something ended; what a log names beside them says why. */
const ends = ['container-exited', 'build-failed', 'build-step-failed', 'container-not-ready'];

function behind(first: Diagnosis, other: Diagnosis): string | null {
  const says = ends.includes(first.code) && other.confidence >= 0.4 && !ends.includes(other.code);
  return says ? `${other.title.replace(/\.$/, '')}. ${other.cause}` : null;
}

function endedText(run: RunState): string {
  const time = formatDuration(elapsedMs(run, new Date(Date.parse(run.lastAt ?? '') || 0)));
  const signal = (run.result?.exitCode ?? 0) > 128;
  return signal ? words.failure.stopped(time) : words.failure.failed(time);
}

/** Where in the image it broke; null where it broke elsewhere. */
function stepPlace(run: RunState): string | null {
  const steps = shownSteps(run);
  const at = steps.findIndex((step) => step.state === 'failed');
  const step = steps[at];
  return step ? words.failure.step(at + 1, steps.length, step.title) : null;
}

/** From the events alone, before anything was measured. */
function keptSoFar(run: RunState): string[] {
  const steps = shownSteps(run);
  const done = steps.filter((step) => step.state === 'done').length;
  const { bytes } = modelBytes(run);
  return [
    ...(done > 0 ? [words.failure.keptSteps(done, steps.length)] : []),
    ...(bytes > 0 ? [words.failure.keptModels(formatBytes(bytes))] : []),
    words.failure.keptAnswers,
  ];
}

/** Where nothing can be looked at, what the diagnosis itself says. */
function byHand(diagnosis: Diagnosis | null): Offer[] {
  return (diagnosis?.fixes ?? []).map((fix) => ({ fix, plan: null, why: null }));
}
