import type { Dispatcher } from 'undici';
import type { Failure } from '../contract/failure.ts';
import { type Answer, htmlPage, judge, type Question, type Verdict } from './answer.ts';
import { modelsFailure } from './failures.ts';
import { addressOf, type HubAccess, headersFor, standing, withoutQuery } from './hub-access.ts';
import type { Reach } from './reach.ts';
import type { ResolvedModel, WantedModel } from './types.ts';
import { exchange } from './web.ts';

export const MOST_REDIRECTS = 10;
const SHA256 = /^[0-9a-f]{64}$/;

export type Resolution =
  | { kind: 'resolved'; model: ResolvedModel }
  | Exclude<Verdict, { kind: 'bytes' }>;

/**
 * Asks the hub for one byte of a file and reads, from its redirect, size, sha256 and commit
 * (X-Linked-Size, X-Linked-Etag, X-Repo-Commit) and the address of the bytes. Plain servers are
 * followed to the file itself.
 * @throws NetworkError, or the signal's reason
 */
export async function resolveModel(
  wanted: WantedModel,
  access: HubAccess,
  web: Dispatcher,
  stallMs: number,
  signal: AbortSignal,
  reach?: Reach,
): Promise<Resolution> {
  const first = addressOf(wanted.origin, access);
  let url = first;
  let commit: string | null = null;
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    const answer = await ask(url, access, web, stallMs, signal);
    reach?.answered(url);
    const { headers, status } = answer;
    commit = headers['x-repo-commit'] ?? commit;
    const question: Question = {
      name: wanted.file,
      address: withoutQuery(url),
      asked: { start: 0, end: 1 },
      bytes: wanted.bytes ?? 0,
      etag: null,
      from: standing(url, access, wanted.origin),
      tokenSent: headersFor(url, access).authorization !== undefined,
    };
    const body = status === 200 || status === 206;
    if (body && /^(text\/html|application\/xhtml)/i.test(headers['content-type'] ?? '')) {
      const failure = htmlPage(wanted.file, answer, question);
      return { kind: 'again', failure, afterMs: null, slower: false, patient: false };
    }
    // Size 0 is also what an empty file has: its range cannot be satisfied.
    const empty = status === 416 && /\/0$/.test(headers['content-range'] ?? '');
    const verdict = body || empty ? null : judge(answer, question, Date.now());
    if (verdict && verdict.kind !== 'redirect') {
      return verdict.kind === 'bytes' ? again(wanted, question) : verdict;
    }
    const location = verdict ? redirected(url, verdict.location) : url;
    if (!location) return again(wanted, question);
    if (url.protocol === 'https:' && location.protocol !== 'https:') {
      return { kind: 'stop', failure: insecure(wanted, question) };
    }
    // A source that does not say it is taken at the manifest's word; the bytes that come are counted.
    const bytes = sizeOf(answer, verdict !== null) ?? (verdict ? null : wanted.bytes);
    if (bytes !== null) return checked(wanted, { url: first, location, bytes, commit, answer });
    if (!verdict) return { kind: 'stop', failure: sizeUnknown(wanted, question) };
    url = location;
  }
  return {
    kind: 'again',
    failure: redirectLoop(wanted, first),
    afterMs: null,
    slower: false,
    patient: false,
  };
}

async function ask(
  url: URL,
  access: HubAccess,
  web: Dispatcher,
  stallMs: number,
  signal: AbortSignal,
): Promise<Answer> {
  let answer: Answer | null = null;
  const headers = { ...headersFor(url, access), range: 'bytes=0-0' };
  await exchange(
    web,
    { url, headers, stallMs },
    {
      head: (given) => {
        answer = given;
        return given.status === 200 ? 'cut' : 'drain';
      },
      data: () => 'more',
    },
    signal,
  );
  return answer ?? { status: 0, headers: {} };
}

function redirected(from: URL, location: string): URL | null {
  try {
    const url = new URL(location, from);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url : null;
  } catch {
    return null;
  }
}

function sizeOf({ headers, status }: Answer, redirect: boolean): number | null {
  const linked = headers['x-linked-size'];
  if (linked !== undefined && /^\d+$/.test(linked)) return Number(linked);
  if (redirect) return null;
  const total = /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1];
  if (total !== undefined) return Number(total);
  const encoded = headers['content-encoding'] ?? 'identity';
  const length = headers['content-length'];
  return status === 200 && encoded === 'identity' && length !== undefined ? Number(length) : null;
}

function checked(
  wanted: WantedModel,
  found: { url: URL; location: URL; bytes: number; commit: string | null; answer: Answer },
): Resolution {
  const { headers } = found.answer;
  const etag = headers['x-linked-etag'] ?? headers.etag ?? null;
  const bare = etag?.replace(/^W\//, '').replaceAll('"', '') ?? '';
  const sha256 = SHA256.test(bare) ? bare : null;
  const proof = `${withoutQuery(found.url)}: ${found.bytes} bytes, ${bare || 'no hash'}`;
  const pinned = wanted.sha256?.toLowerCase() ?? null;
  if (
    (pinned && sha256 && pinned !== sha256) ||
    (wanted.bytes !== null && wanted.bytes !== found.bytes)
  ) {
    return {
      kind: 'resolve',
      slower: false,
      changed: true,
      failure: modelsFailure(
        'models-changed',
        `${wanted.file} is another file at its source than the one that is pinned.`,
        {
          proof,
          fixes: [{ label: 'Pin the revision that has the file, or use a newer manifest' }],
        },
      ),
    };
  }
  return {
    kind: 'resolved',
    model: {
      url: found.url.href,
      location: found.location.href,
      bytes: found.bytes,
      sha256: pinned ?? sha256,
      commit: found.commit,
      etag,
    },
  };
}

function again(wanted: WantedModel, question: Question): Resolution {
  const failure = modelsFailure(
    'models-answer-unusable',
    `The source of ${wanted.file} gives an answer that makes no sense.`,
    { proof: question.address },
  );
  return { kind: 'again', failure, afterMs: null, slower: false, patient: false };
}

function sizeUnknown(wanted: WantedModel, question: Question): Failure {
  return modelsFailure(
    'models-size-unknown',
    `The source of ${wanted.file} does not say how large it is.`,
    {
      proof: question.address,
      fixes: [{ label: 'Give its bytes in the manifest, or use another mirror' }],
    },
  );
}

function insecure(wanted: WantedModel, question: Question): Failure {
  return modelsFailure(
    'models-insecure-redirect',
    `The source of ${wanted.file} sends us from https to an address without encryption.`,
    { proof: question.address },
  );
}

export function redirectLoop(wanted: WantedModel, url: URL): Failure {
  return modelsFailure(
    'models-redirect-loop',
    `The source of ${wanted.file} redirects in a circle.`,
    {
      proof: withoutQuery(url),
    },
  );
}
