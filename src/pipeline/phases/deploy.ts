import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Failure } from '../../contract/failure.ts';
import { openPodsApi } from '../../pods/api.ts';
import { ApiProblem, apiFailure } from '../../pods/api-problem.ts';
import { type Candidate, candidates } from '../../pods/candidates.ts';
import { type Deployed, deploy as deployPod } from '../../pods/deploy.ts';
import { diskGb, type PodNeed, podNeed } from '../../pods/deploy-plan.ts';
import { noCandidate } from '../../pods/no-candidate.ts';
import { podsDir } from '../../pods/pod-records.ts';
import { podStatus } from '../../pods/pod-status.ts';
import { podsKey } from '../../pods/pods-key.ts';
import { stillRunning } from '../../pods/still-running.ts';
import type { Phase, RunContext } from '../context.ts';

const POLL_MS = 5_000;
/** A host that gives no news for so long is given up (facts runpod §6). */
const PATIENCE_MS = 30 * 60_000;
/** Without a limit of its own: two hours at the agreed price. */
const HOURS = 2;

/** Target `runpod`, where a price was agreed to: a pod with the pushed image, tested and ended. */
export const deploy: Phase = {
  id: 'deploy',
  after: ['push'],
  // A pod is rented anew: what another one showed says nothing of this host.
  satisfied: async () => false,
  async run(ctx, signal) {
    const { pay } = ctx.request;
    const image = ctx.facts.pushed?.[0]?.ref;
    if (pay === undefined || !image) throw new Error('deploy comes after push, and where agreed');
    const need = podNeed(ctx.planned);
    const done = await rented(
      ctx,
      { pay, image, need, found: await offers(ctx, need, pay, signal) },
      signal,
    );
    told(ctx, done);
  },
};

/** A key is needed at the end of a long build: looked for at its beginning. */
export function deployAhead({ request, ports }: RunContext): void {
  if (request.pay !== undefined) podsKey(ports);
}

const apiOf = ({ ports }: RunContext, signal: AbortSignal) =>
  openPodsApi({ env: ports.env, key: podsKey(ports), clock: ports.clock, signal });

async function offers(
  ctx: RunContext,
  need: PodNeed,
  pay: number,
  signal: AbortSignal,
): Promise<Candidate[]> {
  const api = apiOf(ctx, signal);
  try {
    const query = { cloud: 'SECURE', minCudaVersion: need.gpu.minCudaVersion } as const;
    const choice = { cloud: 'SECURE', dataCenter: null, pay } as const;
    const found = candidates(await api.gpus(query), need.gpu, choice);
    if (found.length === 0) throw noCandidate(need.gpu, pay);
    return found;
  } catch (error) {
    throw error instanceof ApiProblem ? apiFailure(error) : error;
  } finally {
    await api.close().catch(() => undefined);
  }
}

interface Rent {
  pay: number;
  image: string;
  need: PodNeed;
  found: Candidate[];
}

async function rented(
  ctx: RunContext,
  { pay, image, need, found }: Rent,
  signal: AbortSignal,
): Promise<Deployed> {
  const { request, ports, planned } = ctx;
  const { HTTP_PROXY: http, HTTPS_PROXY: https, NO_PROXY: no } = ports.env;
  const name = `steadydancer-${randomBytes(4).toString('hex')}`;
  return deployPod({
    openApi: (during) => apiOf(ctx, during),
    ...{ env: ports.env, proxy: { http, https, no }, clock: ports.clock, signal },
    ...{ dir: podsDir(ctx.runsDir), outDir: join(ctx.runDir, 'outputs') },
    ...{ choices: planned.choices, profile: request.profile },
    body: {
      ...{ name, image, disk: diskGb(need, false), env: need.env },
      ...{ ports: ['8188/http'], cloud: 'SECURE' },
    },
    ...{ candidates: found, minCudaVersion: need.gpu.minCudaVersion },
    ...{ pay, limit: request.payLimit ?? pay * HOURS, keep: request.keepPod, idleMs: null },
    ...{ patienceMs: PATIENCE_MS, pollMs: POLL_MS, emit: ctx.emit },
    say: (text) => ctx.emit({ type: 'note', level: 'info', text }),
  });
}

/** Into the result; a failure's sentence ends with what still runs and costs. */
function told({ facts, ports, request }: RunContext, done: Deployed): void {
  const now = ports.clock.now();
  const running = done.running.map((one) => podStatus(one, done.notEnded ?? 'RUNNING', now));
  const costs = `Cost so far: about ${done.costUsd.toFixed(2)} $. ${stillRunning(running, done.notEnded)}`;
  facts.smoke = done.smoke;
  facts.outputs = done.outputs;
  facts.pods = running;
  if (done.failure instanceof Failure) {
    const { details } = done.failure;
    throw new Failure(
      { ...details, sentence: `${details.sentence} ${costs}` },
      { cause: done.failure },
    );
  }
  if (done.failure !== null) throw done.failure;
  if (done.notEnded !== null) {
    throw new Failure({
      code: 'pod-not-ended',
      sentence: `The pod passed its test, and could not be ended. ${costs}`,
      proof: done.notEnded,
      phase: 'deploy',
      fixes: [{ label: 'End it', command: 'steadydancer stop' }],
    });
  }
  const [kept] = running;
  if (kept?.url && request.keepPod) facts.url = kept.url;
  facts.podSentence = `The pod passed its test${kept ? ` and runs at ${kept.url}, a public address` : ' and is ended'}. ${costs}`;
}
