import { type Dispatcher, request } from 'undici';
import { z } from 'zod';
import { webOf } from '../models/web.ts';
import type { Clock } from '../ports/clock.ts';
import { redact } from '../text/redact.ts';
import { sanitiseLine } from '../text/sanitise.ts';
import {
  type CatalogGpu,
  gpusAnswerSchema,
  type LogAnswer,
  type PodAnswer,
  podAnswerSchema,
  podsAnswerSchema,
  problemAnswerSchema,
  templateAnswerSchema,
  type VolumeAnswer,
  volumeAnswerSchema,
} from './api-answers.ts';
import {
  type Cloud,
  type PodBody,
  podBodySchema,
  type TemplateBody,
  templateBodySchema,
  type VolumeBody,
  volumeBodySchema,
} from './api-bodies.ts';
import { ApiProblem } from './api-problem.ts';
import { readEvents } from './log-events.ts';

export interface ApiOptions {
  env: NodeJS.ProcessEnv;
  /** Secret. */
  key: string;
  clock: Clock;
  signal: AbortSignal;
}

export type LogSource = 'system' | 'container';

/** Runpod's API v2. Every call throws an ApiProblem or the signal's reason. */
export interface PodsApi {
  /** What is offered with price and stock; stock is no reservation. */
  gpus(query: { cloud: Cloud; minCudaVersion: string | null }): Promise<CatalogGpu[]>;
  /** Asked once but for 429: what came of an unclear answer, only the list of pods says. */
  createPod(body: PodBody): Promise<PodAnswer>;
  /** Null for one that is not there any more. */
  pod(id: string): Promise<PodAnswer | null>;
  pods(): Promise<PodAnswer[]>;
  /** Ends it for good; one that is gone is as wished. */
  removePod(id: string): Promise<void>;
  log(id: string, source: LogSource, tail: number, signal: AbortSignal): AsyncIterable<LogAnswer>;
  volume(id: string): Promise<VolumeAnswer | null>;
  createVolume(body: VolumeBody): Promise<VolumeAnswer>;
  createTemplate(body: TemplateBody): Promise<{ id: string }>;
  close(): Promise<void>;
}

const anything = z.unknown();
const API = 'https://api.runpod.io/v2';
const CALL_LIMIT_MS = 60_000;
const TRIES = 5;
const LONGEST_WAIT_MS = 90_000;

interface Call {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  body?: unknown;
  /** Doing it twice is as doing it once. */
  again: boolean;
  /** An answer, not an accident: not there. */
  absent?: boolean;
}

/** STEADYDANCER_RUNPOD_API is for tests alone: the key goes to that address. */
export function openPodsApi({ env, key, clock, signal }: ApiOptions): PodsApi {
  const base = (env.STEADYDANCER_RUNPOD_API ?? API).replace(/\/+$/, '');
  const web = webOf(env);
  const headers = { authorization: `Bearer ${key}`, accept: 'application/json' };
  const clean = (text: string) => sanitiseLine(redact(text, { secrets: [key] })).slice(0, 500);

  async function once({ method, path, body }: Call): Promise<unknown> {
    const limit = AbortSignal.timeout(CALL_LIMIT_MS);
    try {
      const answer = await request(`${base}${path}`, {
        method,
        dispatcher: web,
        headers: {
          ...headers,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.any([signal, limit]),
      });
      const text = await answer.body.text();
      if (answer.statusCode >= 300) throw problemOf(answer, text, clean);
      return text === '' ? null : JSON.parse(text);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ApiProblem) throw error;
      const words = limit.aborted
        ? `no answer in ${CALL_LIMIT_MS / 1000} s`
        : String((error as Error).message);
      throw new ApiProblem(null, clean(words));
    }
  }

  async function call<T extends z.ZodType>(ask: Call, schema: T): Promise<z.output<T> | null> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const parsed = schema.safeParse(await once(ask));
        if (parsed.success) return parsed.data;
        throw new ApiProblem(null, `the answer to ${ask.method} ${ask.path} makes no sense`);
      } catch (error) {
        if (!(error instanceof ApiProblem)) throw error;
        if (error.status === 404 && ask.absent) return null;
        const wait = waitBefore(error, attempt, ask.again);
        if (wait === null) throw error;
        await clock.sleep(wait, signal);
      }
    }
  }
  const must = async <T extends z.ZodType>(ask: Call, schema: T): Promise<z.output<T>> => {
    const found = await call(ask, schema);
    if (found === null) throw new ApiProblem(404, `${ask.path} is not there`);
    return found;
  };
  const get = { method: 'GET', again: true } as const;
  const post = { method: 'POST', again: false } as const;

  return {
    async gpus({ cloud, minCudaVersion }) {
      const query = new URLSearchParams({
        include: 'AVAILABILITY',
        product: 'POD',
        count: '1',
        cloud,
      });
      if (minCudaVersion) query.set('minCudaVersion', minCudaVersion);
      return (await must({ ...get, path: `/catalog/gpus?${query}` }, gpusAnswerSchema)).gpus;
    },
    createPod: (body) =>
      must({ ...post, path: '/pods', body: podBodySchema.parse(body) }, podAnswerSchema),
    pod: (id) =>
      call({ ...get, path: `/pods/${encodeURIComponent(id)}`, absent: true }, podAnswerSchema),
    pods: async () => (await must({ ...get, path: '/pods' }, podsAnswerSchema)).pods,
    async removePod(id) {
      const path = `/pods/${encodeURIComponent(id)}`;
      await call({ method: 'DELETE', path, again: true, absent: true }, anything);
    },
    log: (id, source, tail, stop) =>
      readEvents({
        web,
        url: `${base}/pods/${encodeURIComponent(id)}/logs?source=${source}&tail=${tail}`,
        headers: { authorization: headers.authorization },
        signal: stop,
      }),
    volume: (id) =>
      call(
        { ...get, path: `/network-volumes/${encodeURIComponent(id)}`, absent: true },
        volumeAnswerSchema,
      ),
    createVolume: (body) =>
      must(
        { ...post, path: '/network-volumes', body: volumeBodySchema.parse(body) },
        volumeAnswerSchema,
      ),
    createTemplate: (body) =>
      must(
        { ...post, path: '/templates', body: templateBodySchema.parse(body) },
        templateAnswerSchema,
      ),
    close: () => web.close(),
  };
}

/** The table of createPod's documentation: 429 by its own word, 5xx and silence slower each time. */
function waitBefore(problem: ApiProblem, attempt: number, again: boolean): number | null {
  if (attempt >= TRIES) return null;
  if (problem.status === 429) return Math.min(problem.retryAfterMs ?? 5_000, LONGEST_WAIT_MS);
  return problem.unclear && again ? 250 * 2 ** attempt : null;
}

function problemOf(
  { statusCode, headers }: Pick<Dispatcher.ResponseData, 'statusCode' | 'headers'>,
  text: string,
  clean: (text: string) => string,
): ApiProblem {
  const seconds = Number(headers['retry-after']);
  const wait =
    headers['retry-after'] !== undefined && Number.isFinite(seconds) ? seconds * 1000 : null;
  let words = text;
  try {
    const { title, detail, errors } = problemAnswerSchema.parse(JSON.parse(text));
    words = [detail ?? title ?? '', ...(errors ?? [])].filter(Boolean).join(' ') || text;
  } catch {
    // Not the API itself: a page of what stands before it.
  }
  return new ApiProblem(statusCode, clean(words) || `status ${statusCode}`, wait);
}
