import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** PEM texts for a TCP engine; a missing client pair is allowed (server-only TLS). */
export interface DockerTls {
  ca: string | null;
  cert: string | null;
  key: string | null;
  /** True: the server's certificate is not checked (the context says so). */
  skipVerify: boolean;
}

export interface DockerContext {
  host: string;
  tls: DockerTls | null;
}

const metaSchema = z.object({
  Endpoints: z.record(
    z.string(),
    z.object({ Host: z.string().optional(), SkipTLSVerify: z.boolean().optional() }),
  ),
});
const configSchema = z.object({ currentContext: z.string().optional() });

/** The `currentContext` of the client's config.json; null when there is none or it is not readable. */
export async function currentContext(configDir: string): Promise<string | null> {
  try {
    const parsed: unknown = JSON.parse(await readFile(join(configDir, 'config.json'), 'utf8'));
    return configSchema.parse(parsed).currentContext || null;
  } catch {
    // The docker command warns about a broken config.json and goes on with the default, too.
    return null;
  }
}

/**
 * Reads one context of the client's store: `contexts/meta/<sha256 of the name>/meta.json`
 * (docker/cli cli/context/store). Throws when it is not there or has no docker endpoint.
 */
export async function readContext(configDir: string, name: string): Promise<DockerContext> {
  const id = createHash('sha256').update(name).digest('hex');
  const file = join(configDir, 'contexts', 'meta', id, 'meta.json');
  const meta = metaSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  const docker = meta.Endpoints.docker;
  if (!docker?.Host) throw new Error(`context "${name}" has no docker endpoint`);
  const tls = await readTls(join(configDir, 'contexts', 'tls', id, 'docker'));
  const skipVerify = docker.SkipTLSVerify === true;
  return {
    host: docker.Host,
    tls: tls ? { ...tls, skipVerify } : skipVerify ? { ...noTls, skipVerify } : null,
  };
}

const noTls: DockerTls = { ca: null, cert: null, key: null, skipVerify: false };

/** `ca.pem`, `cert.pem` and `key.pem` of a folder; null when none of them is there. */
export async function readTls(dir: string): Promise<DockerTls | null> {
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((file) =>
      readFile(join(dir, file), 'utf8').catch(() => null),
    ),
  );
  if (!ca && !cert && !key) return null;
  return { ca: ca ?? null, cert: cert ?? null, key: key ?? null, skipVerify: false };
}
