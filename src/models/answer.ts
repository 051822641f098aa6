import type { Failure } from '../contract/failure.ts';
import { modelsFailure } from './failures.ts';
import type { Range } from './ranges.ts';

export interface Answer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
}

export interface Question {
  /** For sentences. */
  name: string;
  /** For proofs: without its query, which may be a signature. */
  address: string;
  asked: Range;
  bytes: number;
  /** ETag of the first part; null when there was none yet. */
  etag: string | null;
  /** Who answers: the hub itself, a mirror that stands for it, or a storage that it sent us to. */
  from: 'hub' | 'mirror' | 'storage';
  tokenSent: boolean;
}

/** What an answer means for a download. */
export type Verdict =
  | { kind: 'bytes'; start: number; end: number; whole: boolean; etag: string | null }
  | { kind: 'redirect'; location: string }
  /** Ask again, later. `failure` is what it was when it goes on like this. */
  | { kind: 'again'; failure: Failure; afterMs: number | null; slower: boolean; patient: boolean }
  /** The address is no longer good, or the file is another one: ask the hub again. */
  | { kind: 'resolve'; failure: Failure; slower: boolean; changed: boolean }
  | { kind: 'stop'; failure: Failure };

/** RFC 9110 and what the hub, its storages and its mirrors do with it. Pure. */
export function judge(answer: Answer, question: Question, nowMs: number): Verdict {
  const { status } = answer;
  if (status === 200 || status === 206) return judgeBody(answer, question);
  if ([301, 302, 303, 307, 308].includes(status)) {
    const location = answer.headers.location;
    if (location) return { kind: 'redirect', location };
  }
  if (status === 401) return unauthorized(answer, question);
  if (status === 403) return forbidden(answer, question);
  if (status === 404 || status === 410) return missing(answer, question);
  if (status === 416) {
    return resolve(
      failed(
        'models-size-differs',
        `${question.name} has another size at its source.`,
        answer,
        question,
      ),
      { changed: true },
    );
  }
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const sentence =
      status === 429
        ? `The source of ${question.name} asks us to come more slowly.`
        : `The source of ${question.name} is not available now (HTTP ${status}).`;
    return {
      kind: 'again',
      failure: failed(
        status === 429 ? 'models-rate-limited' : 'models-source-unavailable',
        sentence,
        answer,
        question,
      ),
      afterMs: retryAfterMs(answer.headers['retry-after'], nowMs),
      slower: status === 429 || status === 503,
      patient: true,
    };
  }
  return {
    kind: 'stop',
    failure: failed(
      'models-refused',
      `The source of ${question.name} refuses it with HTTP ${status}.`,
      answer,
      question,
    ),
  };
}

function judgeBody(answer: Answer, question: Question): Verdict {
  const { headers, status } = answer;
  const encoding = headers['content-encoding'];
  if (encoding && encoding !== 'identity') {
    return impatient(
      failed(
        'models-encoded-answer',
        `Something between here and the source of ${question.name} repacks the file (${encoding}).`,
        answer,
        question,
      ),
    );
  }
  if (/^(text\/html|application\/xhtml)/i.test(headers['content-type'] ?? '')) {
    return impatient(htmlPage(question.name, answer, question));
  }
  const etag = headers.etag ?? null;
  const changed = etag !== null && question.etag !== null && etag !== question.etag;
  if (changed) {
    return resolve(
      failed(
        'models-changed',
        `${question.name} was changed at its source during the download.`,
        answer,
        question,
      ),
      { changed: true },
    );
  }
  if (status === 200) {
    const length = headers['content-length'];
    if (length !== undefined && Number(length) !== question.bytes)
      return sizeDiffers(answer, question);
    return { kind: 'bytes', start: 0, end: question.bytes, whole: true, etag };
  }
  const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers['content-range'] ?? '');
  const start = Number(range?.[1]);
  const end = Number(range?.[2]) + 1;
  if (!range || start !== question.asked.start || end > question.asked.end || end <= start) {
    return impatient(
      failed(
        'models-wrong-range',
        `The source of ${question.name} answers with another range than was asked for.`,
        answer,
        question,
      ),
    );
  }
  if (range[3] !== '*' && Number(range[3]) !== question.bytes) return sizeDiffers(answer, question);
  return { kind: 'bytes', start, end, whole: false, etag };
}

function sizeDiffers(answer: Answer, question: Question): Verdict {
  return resolve(
    failed(
      'models-size-differs',
      `${question.name} has another size at its source.`,
      answer,
      question,
    ),
    { changed: true },
  );
}

function unauthorized(answer: Answer, question: Question): Verdict {
  const { name, from, tokenSent } = question;
  if (from === 'storage') {
    return resolve(
      failed('models-forbidden', `The storage of ${name} refuses us.`, answer, question),
    );
  }
  if (from === 'mirror' && !tokenSent) {
    return {
      kind: 'stop',
      failure: failed(
        'models-mirror-asks-token',
        `The mirror asks for a token for ${name}; yours goes to the hub only.`,
        answer,
        question,
        [
          {
            label: 'Send the token to this mirror too',
            command: 'steadydancer models pull --token-to-mirror',
          },
        ],
      ),
    };
  }
  return {
    kind: 'stop',
    failure: tokenSent
      ? failed('models-token-refused', `The hub refuses the token for ${name}.`, answer, question, [
          { label: 'Make a new token with read access', command: 'export HF_TOKEN=hf_…' },
        ])
      : failed(
          'models-token-needed',
          `The hub gives ${name} only with a token.`,
          answer,
          question,
          [{ label: 'Set a token of your account', command: 'export HF_TOKEN=hf_…' }],
        ),
  };
}

function forbidden(answer: Answer, question: Question): Verdict {
  const { name, from } = question;
  if (from !== 'storage' && /gated/i.test(answer.headers['x-error-code'] ?? '')) {
    return {
      kind: 'stop',
      failure: failed(
        'models-gated',
        `The owner of ${name} has not given your account access.`,
        answer,
        question,
        [{ label: 'Ask for access on the page of the repository' }],
      ),
    };
  }
  const failure = failed(
    'models-forbidden',
    `The source of ${name} refuses us (HTTP 403).`,
    answer,
    question,
  );
  // A signed address that has expired answers 403 too, and so do limits of some hosts.
  if (from === 'storage') return resolve(failure, { slower: true });
  return { kind: 'again', failure, afterMs: null, slower: true, patient: false };
}

function missing(answer: Answer, question: Question): Verdict {
  const failure = failed(
    'models-not-found',
    `${question.name} is not at its source.`,
    answer,
    question,
    [{ label: 'Look whether the file was renamed there' }],
  );
  if (question.from === 'storage') return resolve(failure);
  return { kind: 'stop', failure };
}

export function htmlPage(name: string, answer: Answer | null, question: Question | null): Failure {
  return failed(
    'models-html-page',
    `A web page came instead of ${name}: a sign-in page of the network, or a page of the hub.`,
    answer,
    question,
    [{ label: 'Open the address in a browser of this machine and sign in to the network' }],
  );
}

function impatient(failure: Failure): Verdict {
  return { kind: 'again', failure, afterMs: null, slower: false, patient: false };
}

function resolve(failure: Failure, more: { slower?: boolean; changed?: boolean } = {}): Verdict {
  return { kind: 'resolve', failure, slower: more.slower ?? false, changed: more.changed ?? false };
}

function failed(
  code: string,
  sentence: string,
  answer: Answer | null,
  question: Question | null,
  fixes: { label: string; command?: string }[] = [],
): Failure {
  const proof = `HTTP ${answer?.status ?? '?'} from ${question?.address ?? 'the source'}`;
  return modelsFailure(code, sentence, { proof, ...(fixes.length ? { fixes } : {}) });
}

/** Retry-After in milliseconds from now (seconds or a date, RFC 9110 10.2.3), at most ten minutes. */
export function retryAfterMs(value: string | undefined, nowMs: number): number | null {
  if (value === undefined) return null;
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), 600_000) : null;
}
