import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { UsageError } from '../contract/failure.ts';

export type ComfyAuth =
  | { kind: 'basic'; user: string; password: string }
  | { kind: 'bearer'; token: string };

export interface ConnectionOptions {
  /** `http://host:8188`, `host:8188`, or one with a path before the API; `user:password@` is basic auth. */
  url: string;
  auth?: ComfyAuth;
  /** Accept a certificate that nobody vouches for. Only when a person said so. */
  insecureTls?: boolean;
  /** Proxies for servers that are not on this machine, as HTTP_PROXY, HTTPS_PROXY and NO_PROXY say. */
  proxy?: { http?: string | undefined; https?: string | undefined; no?: string | undefined };
}

export interface Connection {
  /** Without a slash at the end and without credentials: safe to show. */
  baseUrl: string;
  headers: Record<string, string>;
  dispatcher: Dispatcher;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** Where the server is and how it is asked. Throws UsageError for an address that is none. */
export function openConnection(options: ConnectionOptions): Connection {
  const url = parseServerUrl(options.url);
  const auth = options.auth ?? authOfUrl(url);
  url.username = '';
  url.password = '';
  const connect = {
    timeout: CONNECT_TIMEOUT_MS,
    ...(options.insecureTls ? { rejectUnauthorized: false } : {}),
  };
  return {
    baseUrl: url.href.replace(/\/+$/, ''),
    headers: auth ? { authorization: authorization(auth) } : {},
    dispatcher: dispatcherFor(url, options.proxy, connect),
  };
}

function parseServerUrl(text: string): URL {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(withScheme)) throw new UsageError(`${text} is not an address of a server.`);
  const url = new URL(withScheme);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new UsageError(`${url.protocol}// is not spoken by ComfyUI; use http:// or https://.`);
  }
  url.search = '';
  url.hash = '';
  return url;
}

function authOfUrl(url: URL): ComfyAuth | undefined {
  if (!url.username) return undefined;
  return {
    kind: 'basic',
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  };
}

function authorization(auth: ComfyAuth): string {
  switch (auth.kind) {
    case 'bearer':
      return `Bearer ${auth.token}`;
    case 'basic':
      return `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}`;
    default:
      return auth satisfies never;
  }
}

function dispatcherFor(
  url: URL,
  proxy: ConnectionOptions['proxy'],
  connect: { timeout: number; rejectUnauthorized?: boolean },
): Dispatcher {
  if (isLoopback(url.hostname) || (!proxy?.http && !proxy?.https)) return new Agent({ connect });
  return new EnvHttpProxyAgent({
    connect,
    requestTls: connect,
    ...(proxy.http ? { httpProxy: proxy.http } : {}),
    ...(proxy.https ? { httpsProxy: proxy.https } : {}),
    noProxy: proxy.no ?? '',
  });
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}
