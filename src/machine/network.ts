import type { MirrorKind } from '../contract/choices.ts';
import type { Processes } from '../ports/processes.ts';
import { withTimeLimit } from '../ports/time-limit.ts';
import { lastWheelOf, listedTargets, type NetworkTarget, pipIndex } from './network-targets.ts';

/** As the global fetch; tests and proxies bring their own. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface Measured {
  kind: MirrorKind;
  name: string;
  origin: boolean;
  value: string;
  /** Null when nothing came, or when only the answer counts. */
  bytesPerSecond: number | null;
  /** Time to the first answer. */
  answerMs: number | null;
  /** Why there is no figure. */
  problem: string | null;
}

export type TokenState =
  | { state: 'none' }
  | { state: 'accepted'; name: string }
  | { state: 'refused' | 'unknown'; why: string };

export interface NetworkReport {
  /** Date of the list of mirrors. */
  date: string;
  measured: Measured[];
  token: TokenState;
}

export interface NetworkInquiry {
  env: NodeJS.ProcessEnv;
  processes: Processes;
  fetch: Fetch;
  /** Hugging Face token; it goes to the hub's own host and nowhere else. */
  token: string | null;
  /** Mirrors as well, not only the origins. */
  mirrors?: boolean;
  signal?: AbortSignal | undefined;
  /** How long bytes are counted, ms. Default 3,000: the first second is the slowest. */
  measureMs?: number;
  targets?: readonly NetworkTarget[];
}

/** Beyond the measuring: name look-up, redirects, the first byte. */
const FIRST_BYTE_MS = 1_500;
/** All of one place, so that no line of a screen waits longer. */
const WHOLE_MS = 4_700;
/** Enough to know: stop early on a fast line. */
const ENOUGH_BYTES = 200_000_000;

/**
 * Bytes a second from each place, all at once, by a GET that is cut off (a HEAD answers in 200 ms
 * where the download runs at 20 KB/s). Nothing is stored. Throws only the signal's reason.
 */
export async function observeNetwork(inquiry: NetworkInquiry): Promise<NetworkReport> {
  const listed = listedTargets();
  const targets = (inquiry.targets ?? listed.targets).filter(
    (target) => target.origin || inquiry.mirrors === true,
  );
  const [token, index, ...measured] = await Promise.all([
    whoami(inquiry),
    measureIndex(inquiry),
    ...targets.map((target) => measureTarget(target, inquiry)),
  ]);
  inquiry.signal?.throwIfAborted();
  return { date: listed.date, token, measured: [...measured, ...(index ? [index] : [])] };
}

/**
 * Bytes a second from the hub (or the mirror that stands for it), by a GET of at most 3 s; null when
 * nothing came. For a plan's minutes: it sends no token and never throws but the signal's reason.
 */
export async function measureHub(
  inquiry: Pick<NetworkInquiry, 'fetch' | 'signal' | 'env' | 'processes'>,
  endpoint: string,
): Promise<number | null> {
  const hub = listedTargets().targets.find(({ kind, origin }) => kind === 'hub' && origin);
  if (!hub) return null;
  const probe = new URL(hub.probe);
  const at = new URL(endpoint);
  const url = new URL(`${probe.pathname}${probe.search}`, at).href;
  const { bytesPerSecond } = await measure(url, false, { ...inquiry, token: null });
  inquiry.signal?.throwIfAborted();
  return bytesPerSecond;
}

async function measureTarget(target: NetworkTarget, inquiry: NetworkInquiry): Promise<Measured> {
  const { kind, name, origin, value, answers } = target;
  const figures = await measure(target.probe, answers === true, inquiry);
  return { kind, name, origin, value, ...figures };
}

/** pip's index has no big file of a known name: take a wheel from one of its pages. */
async function measureIndex(inquiry: NetworkInquiry): Promise<Measured | null> {
  const index = await pipIndex(inquiry.env, inquiry.processes, inquiry.signal).catch(() => null);
  if (!index) return null;
  const shown = URL.canParse(index) ? new URL(index).host : 'pip';
  const head = { kind: 'pip' as const, name: shown, origin: true, value: index };
  const begun = performance.now();
  try {
    const page = `${index.replace(/\/$/, '')}/numpy/`;
    const wheel = await withTimeLimit(
      async (signal) => lastWheelOf(await (await inquiry.fetch(page, { signal })).text(), page),
      { timeoutMs: FIRST_BYTE_MS, signal: inquiry.signal },
    );
    return wheel
      ? { ...head, ...(await measure(wheel, false, inquiry, begun)) }
      : { ...head, ...nothing('its page of numpy names no wheel') };
  } catch (error) {
    return { ...head, ...nothing(whyOf(error)) };
  }
}

type Figures = Pick<Measured, 'bytesPerSecond' | 'answerMs' | 'problem'>;
const nothing = (problem: string): Figures => ({ bytesPerSecond: null, answerMs: null, problem });

async function measure(
  url: string,
  answers: boolean,
  inquiry: NetworkInquiry,
  begun = performance.now(),
): Promise<Figures> {
  const { fetch, measureMs = 3_000, signal } = inquiry;
  const started = performance.now();
  const stop = new AbortController();
  const both = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  try {
    const response = await withTimeLimit(
      () => fetch(url, { signal: both, headers: { range: `bytes=0-${ENOUGH_BYTES - 1}` } }),
      { timeoutMs: FIRST_BYTE_MS, signal },
    );
    const answerMs = Math.round(performance.now() - started);
    if (answers) return { bytesPerSecond: null, answerMs, problem: null };
    if (!response.ok || !response.body) return nothing(`HTTP ${response.status}`);
    const leftMs = Math.max(100, WHOLE_MS - (performance.now() - begun));
    const bytesPerSecond = await rateOf(response.body, Math.min(measureMs, leftMs));
    return { bytesPerSecond, answerMs, problem: bytesPerSecond === null ? 'no byte came' : null };
  } catch (error) {
    return nothing(whyOf(error));
  } finally {
    stop.abort();
  }
}

/** Bytes a second over at most `forMs`, from the first piece on; null when none came. */
async function rateOf(body: ReadableStream<Uint8Array>, forMs: number): Promise<number | null> {
  const reader = body.getReader();
  const timer = Promise.withResolvers<null>();
  const handle = setTimeout(() => timer.resolve(null), forMs);
  let bytes = 0;
  const started = performance.now();
  try {
    while (bytes < ENOUGH_BYTES) {
      const piece = await Promise.race([reader.read(), timer.promise]);
      if (piece === null || piece.done) break;
      bytes += piece.value.byteLength;
    }
  } finally {
    clearTimeout(handle);
    await reader.cancel().catch(() => {});
  }
  const seconds = Math.max(0.001, (performance.now() - started) / 1000);
  return bytes === 0 ? null : Math.round(bytes / seconds);
}

/** Hugging Face names the owner of a token (huggingface.co/docs/hub/api, whoami-v2). */
async function whoami({ fetch, token, signal }: NetworkInquiry): Promise<TokenState> {
  if (!token) return { state: 'none' };
  try {
    return await withTimeLimit(
      async (inner): Promise<TokenState> => {
        const response = await fetch('https://huggingface.co/api/whoami-v2', {
          signal: inner,
          headers: { authorization: `Bearer ${token}` },
        });
        if (response.status === 401) return { state: 'refused', why: 'HTTP 401' };
        if (!response.ok) return { state: 'unknown', why: `HTTP ${response.status}` };
        const { name } = (await response.json()) as { name?: unknown };
        return { state: 'accepted', name: typeof name === 'string' ? name : 'its owner' };
      },
      { timeoutMs: 4_000, signal },
    );
  } catch (error) {
    return { state: 'unknown', why: whyOf(error) };
  }
}

/** fetch says `fetch failed`; what happened is in its cause. */
function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string')
    return cause.code;
  return cause instanceof Error ? cause.message : error.message;
}
