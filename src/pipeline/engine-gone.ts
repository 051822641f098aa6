import { Failure } from '../contract/failure.ts';
import type { PhaseId } from '../contract/ids.ts';
import { withTimeLimit } from '../ports/time-limit.ts';
import type { RunContext } from './context.ts';
import type { Reconciled } from './reconcile.ts';

/** Phases in which a dead engine shows as something else: a port that is shut, a server that is gone. */
const SHOWS_ELSEWHERE: readonly PhaseId[] = ['launch', 'smoke'];
const ANSWER_LIMIT_MS = 5_000;

/**
 * A failure after which the engine does not answer is the engine's: what was seen of it (a server
 * that is gone, a port that is shut) becomes the proof. Other failures stay as they are.
 */
export async function namedByEngine(
  { facts }: Pick<RunContext, 'facts'>,
  { failure, failedPhase }: Pick<Reconciled, 'failure' | 'failedPhase'>,
): Promise<unknown> {
  const { engine } = facts;
  if (!(failure instanceof Failure) || !engine || failedPhase === null) return failure;
  if (!SHOWS_ELSEWHERE.includes(failedPhase) || failure.code === 'engine-gone') return failure;
  const silence = await withTimeLimit(() => engine.docker.ping(), {
    timeoutMs: ANSWER_LIMIT_MS,
  }).then(
    () => null,
    (error: Error) => error.message,
  );
  if (silence === null) return failure;
  const { sentence, proof } = failure.details;
  return new Failure(
    {
      code: 'engine-gone',
      sentence: 'The Docker engine stopped while the container was being used.',
      proof: `${silence}; seen first: ${proof ?? sentence}`,
      cause:
        'The engine was stopped, was updated or crashed; its containers went with it. Image, models and answers are kept.',
      fixes: [
        {
          label: 'Start Docker, then continue from here',
          command: 'steadydancer run',
          applies: 'retry',
        },
        { label: 'Read what the engine said', command: 'journalctl -u docker -n 100' },
      ],
      phase: failedPhase,
    },
    { cause: failure },
  );
}
