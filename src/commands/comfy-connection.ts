import type { ConnectionOptions } from '../comfyui/connection.ts';
import type { Io } from './io.ts';

/** Tokens come by environment or in the address, never by a flag of their own. */
export function connectionOptions(
  { url, insecure }: { url: string; insecure?: boolean },
  { env }: Pick<Io, 'env'>,
): ConnectionOptions {
  const token = env.COMFYUI_TOKEN;
  return {
    url,
    ...(insecure ? { insecureTls: true } : {}),
    ...(token ? { auth: { kind: 'bearer', token } } : {}),
    proxy: {
      http: env.HTTP_PROXY ?? env.http_proxy,
      https: env.HTTPS_PROXY ?? env.https_proxy,
      no: env.NO_PROXY ?? env.no_proxy,
    },
  };
}
