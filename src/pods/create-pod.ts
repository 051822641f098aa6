import type { Clock } from '../ports/clock.ts';
import type { PodsApi } from './api.ts';
import type { PodAnswer } from './api-answers.ts';
import type { PodBody } from './api-bodies.ts';
import { ApiProblem, apiFailure, NO_CAPACITY } from './api-problem.ts';
import type { Candidate } from './candidates.ts';

export interface Attempt {
  gpu: string;
  outcome: 'created' | 'no-capacity' | 'refused' | 'not-allowed' | 'error';
  detail: string;
}

export interface CreateInput {
  api: PodsApi;
  clock: Clock;
  candidates: readonly Candidate[];
  /** The body but for the GPU. */
  body: Omit<PodBody, 'gpu'>;
  minCudaVersion: string | null;
  signal: AbortSignal;
  onAttempt(attempt: Attempt): void;
}

const UNCLEAR_TRIES = 3;

/**
 * Asks for one GPU type after the other: 400 is a rule or no capacity and 403 a pool that is not
 * ours, so the next; 402 ends it. After an unclear answer the list of pods says whether there is
 * one of our name, which nobody else has: never two for one wish.
 * @throws Failure `runpod-*`
 */
export async function createPod(
  input: CreateInput,
): Promise<{ pod: PodAnswer; candidate: Candidate }> {
  let last: ApiProblem | null = null;
  let capacity: ApiProblem | null = null;
  for (const candidate of input.candidates) {
    const outcome = await tryOne(input, candidate);
    if (!(outcome instanceof ApiProblem)) {
      input.onAttempt({ gpu: candidate.id, outcome: 'created', detail: outcome.id });
      return { pod: outcome, candidate };
    }
    last = outcome;
    if (NO_CAPACITY.test(outcome.message)) capacity = outcome;
    input.onAttempt({ gpu: candidate.id, outcome: wordOf(outcome), detail: outcome.message });
    if (outcome.status !== 400 && outcome.status !== 403) throw apiFailure(outcome);
  }
  throw apiFailure(capacity ?? last ?? new ApiProblem(400, 'no capacity: nothing was tried'));
}

function wordOf({ status, message }: ApiProblem): Attempt['outcome'] {
  if (status === 403) return 'not-allowed';
  if (status === 400) return NO_CAPACITY.test(message) ? 'no-capacity' : 'refused';
  return 'error';
}

async function tryOne(input: CreateInput, { id }: Candidate): Promise<PodAnswer | ApiProblem> {
  const { api, clock, body, minCudaVersion, signal } = input;
  const gpu = { id, count: 1, ...(minCudaVersion ? { minCudaVersion } : {}) };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await api.createPod({ ...body, gpu });
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      if (!error.unclear) return error;
      const made = (await api.pods()).find(({ name }) => name === body.name);
      if (made) return made;
      if (attempt >= UNCLEAR_TRIES) return error;
      await clock.sleep(1_000 * 2 ** attempt, signal);
    }
  }
}
