import { readFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';
import { type Dispatcher, EnvHttpProxyAgent } from 'undici';
import type { Answer } from './answer.ts';

/**
 * The way to the internet: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY of `env`, and extra
 * certificate authorities (PEM files; those of NODE_EXTRA_CA_CERTS are Node's own already).
 * HTTP/2 is off: all parts of a file would share one connection and its one window.
 */
export function webOf(env: NodeJS.ProcessEnv, extraCaFiles: readonly string[] = []): Dispatcher {
  return webWith(
    env,
    extraCaFiles.map((file) => readFileSync(file, 'utf8')),
  );
}

/** The same, with the certificate authorities as PEM texts. */
export function webWith(env: NodeJS.ProcessEnv, ca: readonly string[]): Dispatcher {
  const named = (name: string) => env[name.toLowerCase()] || env[name] || '';
  const every = named('ALL_PROXY');
  const tls = ca.length > 0 ? { ca: [...getCACertificates('default'), ...ca] } : {};
  return new EnvHttpProxyAgent({
    // Empty, not undefined: undici would look into process.env itself.
    httpProxy: named('HTTP_PROXY') || every,
    httpsProxy: named('HTTPS_PROXY') || every,
    noProxy: named('NO_PROXY'),
    allowH2: false,
    pipelining: 1,
    connect: { timeout: 10_000, ...tls },
    ...(ca.length > 0 ? { requestTls: tls, proxyTls: tls } : {}),
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 20_000,
  });
}

/** Something on the way: no answer, an answer that broke off, silence. Worth another try. */
export class NetworkError extends Error {
  override name = 'NetworkError';
  readonly stalled: boolean;
  /** What was asked for. */
  readonly url: URL;
  constructor(message: string, url: URL, stalled: boolean, options?: ErrorOptions) {
    super(message, options);
    this.url = url;
    this.stalled = stalled;
  }
}

export interface Flow {
  pause(): void;
  resume(): void;
}

/** What to do with a body: read it, let it pass (to keep the connection), or cut the connection. */
export type BodyWish = 'read' | 'drain' | 'cut';

export interface Receiver {
  head(answer: Answer, flow: Flow): BodyWish;
  /** `enough` cuts the connection. */
  data(chunk: Buffer): 'more' | 'enough';
}

export interface Request {
  url: URL;
  headers: Record<string, string>;
  /** Given up after so many milliseconds without a byte, from the start on. */
  stallMs: number;
}

const MOST_DRAINED = 64 * 1024;

/**
 * One GET. Resolves when the body ended or was enough.
 * @throws NetworkError, or the signal's reason
 */
export function exchange(
  web: Dispatcher,
  request: Request,
  receiver: Receiver,
  signal: AbortSignal,
): Promise<'ended' | 'cut'> {
  return new Promise((resolve, reject) => {
    let control: Dispatcher.DispatchController | null = null;
    let settled = false;
    let wish: BodyWish = 'read';
    let drained = 0;
    let silentSince = performance.now();
    const watchdog = setInterval(
      () => {
        if (control?.paused) silentSince = performance.now();
        else if (performance.now() - silentSince >= request.stallMs) {
          settle(new NetworkError(`no byte in ${request.stallMs / 1000} s`, request.url, true));
        }
      },
      Math.max(10, request.stallMs / 8),
    );
    const aborted = () => settle(signal.reason);
    const settle = (error: unknown, ending: 'ended' | 'cut' = 'cut') => {
      if (settled) return;
      settled = true;
      clearInterval(watchdog);
      signal.removeEventListener('abort', aborted);
      if (error === null) resolve(ending);
      else reject(error);
      if (ending === 'cut' && control && !control.aborted) control.abort(new Error('given up'));
    };
    if (signal.aborted) {
      settle(signal.reason);
      return;
    }
    signal.addEventListener('abort', aborted, { once: true });
    const flow: Flow = {
      pause: () => {
        if (!settled) control?.pause();
      },
      resume: () => {
        silentSince = performance.now();
        if (!settled) control?.resume();
      },
    };
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(controller) {
        control = controller;
        if (settled) controller.abort(new Error('given up'));
      },
      onResponseStart(_controller, status, headers) {
        silentSince = performance.now();
        if (settled || status < 200) return;
        wish = receiver.head({ status, headers: flat(headers) }, flow);
        if (wish === 'cut') settle(null);
      },
      onResponseData(_controller, chunk) {
        silentSince = performance.now();
        if (settled) return;
        if (wish === 'read') {
          if (receiver.data(chunk) === 'enough') settle(null);
        } else {
          drained += chunk.length;
          if (drained > MOST_DRAINED) settle(null);
        }
      },
      onResponseEnd() {
        settle(null, 'ended');
      },
      onResponseError(_controller, error) {
        settle(broken(request.url, error));
      },
    };
    try {
      web.dispatch(
        {
          origin: request.url.origin,
          path: request.url.pathname + request.url.search,
          method: 'GET',
          headers: { 'accept-encoding': 'identity', ...request.headers },
        },
        handler,
      );
    } catch (error) {
      settle(broken(request.url, error as Error));
    }
  });
}

/** Several addresses of one name fail together, without a message of their own. */
function broken(url: URL, error: NodeJS.ErrnoException): NetworkError {
  return new NetworkError(error.message || error.code || error.name, url, false, { cause: error });
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined)
      result[name.toLowerCase()] = Array.isArray(value) ? (value[0] ?? '') : value;
  }
  return result;
}
