import type { Fetch } from '../machine/network.ts';
import { webOf } from './web.ts';

/** undici's fetch does not read HTTPS_PROXY by itself. */
export function throughProxies(env: NodeJS.ProcessEnv): Fetch {
  const dispatcher = webOf(env);
  return async (url, init) => {
    // Not by its names: of a CommonJS library in a chunk of its own esbuild gives the default alone.
    const {
      default: { fetch },
    } = await import('undici');
    const answer = await fetch(url, { ...(init as object), dispatcher });
    return answer as unknown as Response;
  };
}
