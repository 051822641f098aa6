import { createComfyClient } from '../comfyui/client.ts';
import type { ConnectionOptions } from '../comfyui/connection.ts';
import type { ResolvedChoices } from '../contract/choices.ts';
import type { Emit } from '../contract/events.ts';
import { Failure } from '../contract/failure.ts';
import type { OutputFile, SmokeLevel } from '../contract/smoke.ts';
import { webOf } from '../models/web.ts';
import type { Clock } from '../ports/clock.ts';
import type { PodsApi } from './api.ts';
import type { PodBody } from './api-bodies.ts';
import { ApiProblem, apiFailure } from './api-problem.ts';
import { awaitReady, livingStatus } from './await-ready.ts';
import type { Candidate } from './candidates.ts';
import { type Attempt, createPod } from './create-pod.ts';
import { endPod } from './end-pod.ts';
import { idleFor } from './idle-watch.ts';
import { costSoFar, forgetPod, type PodRecord, writePodRecord } from './pod-records.ts';
import { proxyAddress } from './proxy-address.ts';
import { smokePod } from './smoke-pod.ts';

export interface DeployInput {
  /** Opened anew for the end: what was asked to stop must still be able to end its pod. */
  openApi(signal: AbortSignal): PodsApi;
  env: NodeJS.ProcessEnv;
  proxy: NonNullable<ConnectionOptions['proxy']>;
  clock: Clock;
  /** Where pods are remembered. */
  dir: string;
  outDir: string;
  choices: ResolvedChoices;
  profile: string | null;
  body: Omit<PodBody, 'gpu'>;
  candidates: readonly Candidate[];
  minCudaVersion: string | null;
  /** USD an hour that was agreed to, and USD in all. */
  pay: number;
  limit: number;
  /** Leave it running after the test; or end it after so long without a render. */
  keep: boolean;
  idleMs: number | null;
  patienceMs: number;
  pollMs: number;
  say(line: string): void;
  emit: Emit;
  signal: AbortSignal;
}

export interface Deployed {
  pod: PodRecord | null;
  attempts: Attempt[];
  smoke: SmokeLevel[];
  outputs: OutputFile[];
  /** What stopped it: a Failure, the signal's reason, a bug; null when all was well. */
  failure: unknown;
  /** What still runs and costs. */
  running: PodRecord[];
  /** Why it could not be ended, where it was to be. */
  notEnded: string | null;
  costUsd: number;
}

const END_LIMIT_MS = 120_000;

/**
 * A pod from wish to test, and to its end: whatever happens, the outcome names what still runs. The
 * pod is remembered before it is asked for. Never throws.
 */
export async function deploy(input: DeployInput): Promise<Deployed> {
  const { clock, dir, body } = input;
  const done: Deployed = {
    ...{ pod: null, attempts: [], smoke: [], outputs: [] },
    ...{ failure: null, running: [], notEnded: null, costUsd: 0 },
  };
  const record: PodRecord = {
    ...{ v: 1, name: body.name, id: null, gpu: null, costPerHour: null, image: body.image },
    ...{ url: null, createdAt: clock.now().toISOString(), profile: input.profile },
  };
  const stop = new AbortController();
  const signal = AbortSignal.any([input.signal, stop.signal]);
  const api = input.openApi(signal);
  const over = new AbortController();
  try {
    await writePodRecord(dir, record);
    await started(input, api, record, done, signal);
    guardSpending(input, record, over.signal, stop);
    await tested(input, api, record, done, signal);
  } catch (error) {
    const reason = signal.aborted ? signal.reason : error;
    done.failure = reason instanceof ApiProblem ? apiFailure(reason) : reason;
  }
  over.abort();
  await api.close().catch(() => undefined);
  const smokeFailed = done.failure instanceof Failure && done.failure.details.phase === 'smoke';
  if (input.keep && record.id !== null && (done.failure === null || smokeFailed)) {
    done.running = [record];
  } else {
    await ended(input, record, done);
  }
  if (record.id !== null) done.pod = record;
  done.costUsd = costSoFar(record, clock.now());
  return done;
}

async function started(
  input: DeployInput,
  api: PodsApi,
  record: PodRecord,
  done: Deployed,
  signal: AbortSignal,
): Promise<void> {
  const { clock, candidates, body, minCudaVersion, env } = input;
  const { pod, candidate } = await createPod({
    ...{ api, clock, candidates, body, minCudaVersion, signal },
    onAttempt: (attempt) => {
      done.attempts.push(attempt);
      const price = candidates.find(({ id }) => id === attempt.gpu)?.pricePerHour;
      input.say(`${attempt.gpu}, ${price} $/h: ${attempt.outcome} (${attempt.detail})`);
    },
  });
  record.id = pod.id;
  record.gpu = candidate.id;
  record.costPerHour = pod.cost ?? candidate.pricePerHour;
  record.url = proxyAddress(env, pod.id);
  await writePodRecord(input.dir, record);
  if (record.costPerHour > input.pay) {
    throw new Failure({
      code: 'runpod-price',
      sentence: `Runpod asks ${record.costPerHour} $/h for it; ${input.pay} $/h was agreed to.`,
      phase: 'deploy',
    });
  }
}

async function tested(
  input: DeployInput,
  api: PodsApi,
  { id, url }: PodRecord,
  done: Deployed,
  signal: AbortSignal,
): Promise<void> {
  if (id === null || url === null) throw new Error('a pod has an id');
  const { clock, env, say, patienceMs, pollMs } = input;
  const web = webOf(env);
  const client = createComfyClient({ url, proxy: input.proxy });
  try {
    await awaitReady({ api, id, url, web, clock, signal, say, patienceMs, pollMs });
    say(`ComfyUI answers at ${url}: the address is public, and its id is its only secret.`);
    const outcome = await smokePod(client, input.choices, input.outDir, {
      ...{ emit: input.emit, clock, signal },
    });
    done.smoke = outcome.levels;
    done.outputs = outcome.outputs;
    if (outcome.failure) {
      // A pod that is gone is not a ComfyUI that is ill.
      await livingStatus(api, id);
      throw asSmoke(outcome.failure);
    }
    if (input.idleMs !== null) {
      await idleFor({ api, client, id, idleMs: input.idleMs, pollMs, clock, signal });
    }
  } finally {
    await client.close();
    await web.close();
  }
}

function asSmoke(failure: Failure): Failure {
  return new Failure({ ...failure.details, phase: 'smoke' }, { cause: failure });
}

/** Ends the work when the agreed sum is spent, by the price and the clock. */
function guardSpending(
  { clock, limit }: DeployInput,
  { costPerHour, createdAt }: PodRecord,
  over: AbortSignal,
  stop: AbortController,
): void {
  if (!costPerHour) return;
  const until = Date.parse(createdAt) + (limit / costPerHour) * 3_600_000;
  const ms = Math.max(0, until - clock.now().getTime());
  const reached = () =>
    stop.abort(
      new Failure({
        code: 'runpod-spend-limit',
        sentence: `The limit of ${limit} $ is reached.`,
        phase: 'deploy',
        fixes: [{ label: 'Allow more', command: 'steadydancer deploy --limit USD' }],
      }),
    );
  // A timer holds 24 days at most; nobody rents for so long without --keep.
  void clock.sleep(Math.min(ms, 2 ** 31 - 1), over).then(reached, () => undefined);
}

async function ended(input: DeployInput, record: PodRecord, done: Deployed): Promise<void> {
  const { clock, dir } = input;
  const refused = done.failure instanceof Failure && record.id === null && definite(done.failure);
  if (refused) return forgetPod(dir, record.name);
  const api = input.openApi(AbortSignal.timeout(END_LIMIT_MS));
  try {
    done.notEnded = await endPod(api, dir, record, clock);
  } catch (error) {
    done.notEnded = error instanceof Error ? error.message : String(error);
  } finally {
    await api.close().catch(() => undefined);
  }
  if (done.notEnded !== null) done.running = [record];
}

/** Runpod said no: there is no pod to look for. */
function definite({ code }: Failure): boolean {
  return [
    'runpod-no-capacity',
    'runpod-balance',
    'runpod-unauthorized',
    'runpod-api-gone',
    'runpod-request',
    'runpod-rate-limited',
  ].includes(code);
}
