import type { Dispatcher } from 'undici';
import { exitCodes } from '../contract/exit-codes.ts';
import { Failure } from '../contract/failure.ts';
import type { Clock } from '../ports/clock.ts';
import { formatDuration } from '../text/format.ts';
import type { PodsApi } from './api.ts';
import { followLog, pacedPull } from './follow-log.ts';
import { type Probe, probe } from './probe.ts';
import { StartupJudge } from './startup-judge.ts';

const FIRST_POLL_MS = 300;

export interface ReadyInput {
  api: PodsApi;
  id: string;
  url: string;
  web: Dispatcher;
  clock: Clock;
  signal: AbortSignal;
  say(line: string): void;
  /** Given up after so long without a word of news: a log line, another state, more models. */
  patienceMs: number;
  /** The longest pause between two looks. */
  pollMs: number;
}

/**
 * Waits until ComfyUI itself answers through the proxy, telling the system log and the models as
 * they come.
 * @throws Failure `pod-*`, an ApiProblem, or the signal's reason
 */
export async function awaitReady(input: ReadyInput): Promise<void> {
  const { api, id, clock, signal, say } = input;
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const judge = new StartupJudge();
  const told = pacedPull(clock, (line) => say(`  | ${line}`));
  let verdict: Failure | null = null;
  let newsAt = clock.monotonicMs();
  let last = '';
  let lastLine = '';
  // Soon at first, for a pod that was there all along; then Runpod's limit of calls counts.
  let waitMs = Math.min(input.pollMs, FIRST_POLL_MS);
  const following = followLog(
    api,
    id,
    'system',
    clock,
    (line) => {
      // A host that says the same for ever has no news.
      if (line !== lastLine) newsAt = clock.monotonicMs();
      lastLine = line;
      verdict ??= judge.take(line);
      told(line);
    },
    both,
  );
  try {
    for (;;) {
      const status = await livingStatus(api, id);
      const found = await probe(input.web, input.url, signal);
      if (found.kind === 'ready') return;
      if (verdict) throw verdict;
      const news = `${status} ${wordsOf(found)}`;
      if (news !== last) {
        newsAt = clock.monotonicMs();
        say(`pod ${id}: ${news}`);
        last = news;
      }
      if (clock.monotonicMs() - newsAt > input.patienceMs) throw notReady(input, news);
      await clock.sleep(waitMs, signal);
      waitMs = Math.min(input.pollMs, waitMs * 1.5);
    }
  } finally {
    stop.abort();
    await following;
  }
}

/** @throws Failure `pod-lost`, `pod-ended` for one that will not come any more */
export async function livingStatus(api: PodsApi, id: string): Promise<string> {
  const pod = await api.pod(id);
  if (pod === null || pod.status === 'TERMINATED') {
    throw new Failure({
      code: 'pod-lost',
      sentence: `Pod ${id} is gone: somebody or Runpod itself ended it.`,
      proof: pod === null ? 'it is not listed any more' : pod.status,
      phase: 'deploy',
      fixes: [{ label: 'Look into the account at https://www.runpod.io/console/pods' }],
    });
  }
  if (pod.status === 'EXITED' || pod.status === 'ERROR') {
    throw new Failure({
      code: 'pod-ended',
      sentence: `Pod ${id} has ended by itself.`,
      proof: pod.status,
      phase: 'deploy',
    });
  }
  return pod.status;
}

function wordsOf(found: Probe): string {
  switch (found.kind) {
    case 'ready':
      return 'answers';
    case 'fetching':
      return found.progress;
    case 'nothing':
      return `no ComfyUI yet (${found.detail})`;
    default:
      return found satisfies never;
  }
}

function notReady({ id, url, patienceMs }: ReadyInput, proof: string): Failure {
  return new Failure({
    code: 'pod-not-ready',
    sentence: `Pod ${id} gave no news for ${formatDuration(patienceMs)}, and ComfyUI does not answer at ${url}.`,
    proof,
    phase: 'deploy',
    exitCode: exitCodes.timeout,
    fixes: [
      { label: 'Start it again: another host may be faster' },
      { label: 'Wait longer', command: 'steadydancer deploy --wait 60' },
    ],
  });
}
