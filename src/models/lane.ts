import type { Dispatcher } from 'undici';
import type { Clock } from '../ports/clock.ts';
import { htmlPage, judge, type Question, type Verdict } from './answer.ts';
import { looksLikeHtml } from './content.ts';
import { modelsFailure } from './failures.ts';
import type { Gate } from './gate.ts';
import { type HubAccess, headersFor, standing, withoutQuery } from './hub-access.ts';
import { networkBytes } from './network-garbage.ts';
import type { PartFile } from './part-file.ts';
import { RangeWriter } from './range-writer.ts';
import type { Claim } from './ranges.ts';
import type { Reach } from './reach.ts';
import { MOST_REDIRECTS, redirectLoop } from './resolve.ts';
import type { Throttle } from './throttle.ts';
import type { DownloadLimits, ResolvedModel, WantedModel } from './types.ts';
import { exchange, type Flow } from './web.ts';

/** What the connections of one file share. */
export interface Transfer {
  wanted: WantedModel;
  /** Replaced when the address of the bytes expires. */
  resolved: ResolvedModel;
  part: PartFile;
  access: HubAccess;
  web: Dispatcher;
  gate: Gate;
  throttle: Throttle;
  limits: DownloadLimits;
  clock: Clock;
  reach: Reach;
  /** ETag of the first part. */
  etag: string | null;
  /** The claim that reads the whole file, because the server gives no ranges. */
  whole: Claim | null;
  onBytes(bytes: number): void;
}

/** How a request ended: its claim came in full, another one reads the whole file, or a verdict. */
export type LaneResult =
  | { kind: 'done' }
  | { kind: 'crowded' }
  | Exclude<Verdict, { kind: 'bytes' } | { kind: 'redirect' }>;

/**
 * Fetches a claim into the part file. What came is written, however it ends. `onDone` is told how
 * long the first byte took.
 * @throws NetworkError, an ErrnoException, or the signal's reason
 */
export async function fetchClaim(
  transfer: Transfer,
  claim: Claim,
  signal: AbortSignal,
  onDone: (waitMs: number) => void = () => undefined,
): Promise<LaneResult> {
  let url = new URL(transfer.resolved.location);
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    const result = await fetchOnce(transfer, claim, url, signal, onDone);
    if (result.kind !== 'redirect') return result;
    const next = new URL(result.location, url);
    const downgrade = url.protocol === 'https:' && next.protocol !== 'https:';
    if (downgrade || !/^https?:$/.test(next.protocol)) break;
    url = next;
  }
  return impatient(redirectLoop(transfer.wanted, url));
}

async function fetchOnce(
  transfer: Transfer,
  claim: Claim,
  url: URL,
  outer: AbortSignal,
  onDone: (waitMs: number) => void,
): Promise<LaneResult | { kind: 'redirect'; location: string }> {
  const { wanted, access, part, throttle } = transfer;
  const headers = headersFor(url, access);
  const asked = { start: claim.start, end: claim.end };
  const question: Question = {
    name: wanted.file,
    address: withoutQuery(url),
    asked,
    bytes: transfer.resolved.bytes,
    etag: transfer.etag,
    from: standing(url, access, wanted.origin),
    tokenSent: headers.authorization !== undefined,
  };
  const diskError = new AbortController();
  const signal = AbortSignal.any([outer, diskError.signal]);
  const holds = new Holds();
  const writer = new RangeWriter(part, claim, {
    bytes: transfer.onBytes,
    hold: (wait) => holds.set('disk', wait),
    error: (error) => diskError.abort(error),
  });
  let result: LaneResult | { kind: 'redirect'; location: string } | null = null;
  let position = 0;
  let whole = false;
  let waitMs = 0;
  const startedMs = transfer.clock.monotonicMs();
  const take = (chunk: Buffer): 'more' | 'enough' => {
    if (position === 0 && looksLikeHtml(chunk)) {
      result = impatient(htmlPage(wanted.file, null, question));
      return 'enough';
    }
    networkBytes(chunk.length);
    const wait = throttle.waitAfter(chunk.length);
    if (wait > 5) holds.pauseFor(wait);
    const end = position + chunk.length;
    if (whole) {
      for (const free of part.ledger.free({ start: position, end }, claim)) {
        writer.push(free.start, chunk.subarray(free.start - position, free.end - position));
      }
      position = end;
      return 'more';
    }
    // Another connection may have taken the second half of the claim meanwhile.
    const keep = Math.min(end, claim.end) - position;
    if (keep > 0) writer.push(position, keep < chunk.length ? chunk.subarray(0, keep) : chunk);
    position = end;
    return position >= claim.end && claim.end < asked.end ? 'enough' : 'more';
  };
  try {
    await exchange(
      transfer.web,
      {
        url,
        headers: { ...headers, range: `bytes=${asked.start}-${asked.end - 1}` },
        stallMs: transfer.limits.stallMs,
      },
      {
        head: (answer, flow) => {
          transfer.reach.answered(url);
          const verdict = judge(answer, question, transfer.clock.now().getTime());
          if (verdict.kind !== 'bytes') {
            result = verdict;
            return answer.status >= 200 && answer.status < 300 ? 'cut' : 'drain';
          }
          if (verdict.whole && transfer.whole && transfer.whole !== claim) {
            result = { kind: 'crowded' };
            return 'cut';
          }
          transfer.etag ??= verdict.etag;
          if (verdict.whole) {
            transfer.whole = claim;
            claim.end = part.ledger.size;
          }
          whole = verdict.whole;
          position = verdict.start;
          waitMs = transfer.clock.monotonicMs() - startedMs;
          holds.flow = flow;
          return 'read';
        },
        data: take,
      },
      signal,
    );
  } finally {
    holds.clear();
    if (transfer.whole === claim) transfer.whole = null;
    await writer.finish();
  }
  if (result) return result;
  const wantedEnd = whole ? part.ledger.size : Math.min(asked.end, claim.end);
  if (position < wantedEnd) return truncated(question);
  if (!whole) onDone(waitMs);
  return { kind: 'done' };
}

/** A connection waits as long as one of several reasons holds. */
class Holds {
  flow: Flow | null = null;
  readonly #reasons = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  set(reason: string, hold: boolean): void {
    const before = this.#reasons.size > 0;
    if (hold) this.#reasons.add(reason);
    else this.#reasons.delete(reason);
    const now = this.#reasons.size > 0;
    if (now === before) return;
    if (now) this.flow?.pause();
    else this.flow?.resume();
  }

  pauseFor(ms: number): void {
    clearTimeout(this.#timer);
    this.set('rate', true);
    this.#timer = setTimeout(() => this.set('rate', false), ms);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.flow = null;
  }
}

function truncated(question: Question): LaneResult {
  const failure = modelsFailure(
    'models-truncated',
    `The source of ${question.name} sends less than it announced.`,
    { proof: question.address },
  );
  return { kind: 'again', failure, afterMs: null, slower: false, patient: true };
}

function impatient(failure: ReturnType<typeof htmlPage>): LaneResult {
  return { kind: 'again', failure, afterMs: null, slower: false, patient: false };
}
