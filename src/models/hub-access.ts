import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ModelOrigin } from './types.ts';

/** The hub itself; everything else that stands for it is a mirror. */
export const HUB = 'https://huggingface.co';

export interface HubAccess {
  /** The hub, or a mirror of it. */
  endpoint: string;
  token: string | null;
  /** A mirror gets the token only when a person asked for that. */
  tokenToMirror: boolean;
}

/** From HF_ENDPOINT, HF_TOKEN and the token that the hub's own tools keep (huggingface_hub constants.py). */
export function hubAccess(
  env: NodeJS.ProcessEnv,
  asked: { endpoint?: string; tokenToMirror?: boolean } = {},
): HubAccess {
  const endpoint = (asked.endpoint || env.HF_ENDPOINT || HUB).replace(/\/+$/, '');
  const token = env.HF_TOKEN || env.HUGGING_FACE_HUB_TOKEN || storedToken(env);
  return { endpoint, token: token?.trim() || null, tokenToMirror: asked.tokenToMirror ?? false };
}

function storedToken(env: NodeJS.ProcessEnv): string | null {
  const home =
    env.HF_HOME || join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'huggingface');
  try {
    return readFileSync(env.HF_TOKEN_PATH || join(home, 'token'), 'utf8');
  } catch {
    return null;
  }
}

/** Who an address belongs to, as far as tokens and refusals are concerned. */
export function standing(
  url: URL,
  access: HubAccess,
  origin: ModelOrigin,
): 'hub' | 'mirror' | 'storage' {
  if (url.origin === HUB) return 'hub';
  if (url.origin === new URL(access.endpoint).origin) return 'mirror';
  if (origin.kind === 'url' && url.origin === new URL(origin.url).origin) return 'mirror';
  return 'storage';
}

/** Headers for an address: the token goes to the hub's own host, and to a mirror only when asked. */
export function headersFor(url: URL, access: HubAccess): Record<string, string> {
  const headers: Record<string, string> = { 'user-agent': 'steadydancer' };
  const mirror = access.tokenToMirror && url.origin === new URL(access.endpoint).origin;
  if (access.token && (url.origin === HUB || mirror)) {
    headers.authorization = `Bearer ${access.token}`;
  }
  return headers;
}

/** Address of a file at the hub. */
export function addressOf(origin: ModelOrigin, access: HubAccess): URL {
  if (origin.kind === 'url') return new URL(origin.url);
  const path = origin.path.split('/').map(encodeURIComponent).join('/');
  const revision = encodeURIComponent(origin.revision);
  return new URL(`${access.endpoint}/${origin.repo}/resolve/${revision}/${path}`);
}

/** Without what may be secret: for sentences, lists and locks. */
export function withoutQuery(url: URL | string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
