import type { Fix } from '../contract/diagnosis.ts';
import { Failure } from '../contract/failure.ts';

/** An answer of the API that is none: its status and words, or what broke on the way. */
export class ApiProblem extends Error {
  override name = 'ApiProblem';
  /** null: nothing came back, so nobody knows whether it was done. */
  readonly status: number | null;
  readonly retryAfterMs: number | null;

  constructor(status: number | null, detail: string, retryAfterMs: number | null = null) {
    super(detail);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }

  /** It may have been done, or may be done by asking again. */
  get unclear(): boolean {
    return this.status === null || this.status >= 500;
  }
}

/** Facts runpod §7: no machine code says so, only words. */
export const NO_CAPACITY = /no longer any instances|no capacity|no resources|instances available/i;

/** The same for a person. */
export function apiFailure(problem: ApiProblem): Failure {
  const { status } = problem;
  const failure = (code: string, sentence: string, fixes: Fix[] = []) =>
    new Failure(
      {
        code,
        sentence,
        phase: 'deploy',
        fixes,
        proof: `${problem.message} (${status ?? 'no answer'})`,
      },
      { cause: problem },
    );
  if (status === null) {
    return failure('runpod-unreachable', "Runpod's API gives no answer.", [
      { label: 'See whether Runpod has a fault: https://uptime.runpod.io' },
    ]);
  }
  if (status === 401 || status === 403) {
    return failure('runpod-unauthorized', 'Runpod does not accept the key for this.', [
      { label: 'Make one with write access at https://www.runpod.io/console/user/settings' },
      { label: 'Set it', command: 'export RUNPOD_API_KEY=...' },
    ]);
  }
  if (status === 402) {
    return failure('runpod-balance', 'The Runpod account has too little money for an hour of it.', [
      { label: 'Add credit at https://www.runpod.io/console/user/billing' },
    ]);
  }
  if (status === 410) {
    return failure(
      'runpod-api-gone',
      'This steadydancer is too old for Runpod: its API was switched off.',
      [{ label: 'Take a newer one', command: 'npx steadydancer@latest deploy' }],
    );
  }
  if (status === 429) {
    return failure('runpod-rate-limited', 'Runpod asks us to come more slowly, again and again.', [
      { label: 'Wait a few minutes, and start it again' },
    ]);
  }
  if (status >= 500) return failure('runpod-server-error', 'Runpod has a fault of its own.');
  if (NO_CAPACITY.test(problem.message)) {
    return failure('runpod-no-capacity', 'Runpod has no such GPU free.', [
      { label: 'Try another kind: --cloud community, or a higher --pay' },
      { label: 'Try again in some minutes' },
    ]);
  }
  return failure('runpod-request', 'Runpod refuses what was asked for.');
}
