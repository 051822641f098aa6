import { access, constants } from 'node:fs/promises';
import { Agent } from 'node:https';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { z } from 'zod';
import type { EngineEndpoint } from '../machine/types.ts';
import { currentContext, type DockerTls, readContext, readTls } from './docker-context.ts';
import { withTimeLimit } from './time-limit.ts';

/** Where the engine is, who said so, and what is needed to talk to it. Holds key material: do not log. */
export interface DockerEndpoint extends EngineEndpoint {
  source: 'DOCKER_HOST' | 'DOCKER_CONTEXT' | 'context' | 'socket';
  tls: DockerTls | null;
  /** The configuration itself is wrong (an unknown context, a scheme that nobody speaks). */
  problem: string | null;
}

const DEFAULT_SOCKET = '/var/run/docker.sock';
const DEFAULT_PIPE = 'npipe:////./pipe/docker_engine';
/** The newest API whose answers this code was written against (Docker 28.3). Older engines get their own. */
const NEWEST_API = '1.51';

/**
 * Finds the engine as the docker command does: DOCKER_HOST, then DOCKER_CONTEXT, then
 * `currentContext` of config.json (docker/cli cli/command/cli.go resolveContextName), then a socket.
 * Unlike the command it also knows the rootless and Desktop sockets when no context names them.
 * @param home the person's home folder
 */
export async function resolveEndpoint(
  env: NodeJS.ProcessEnv,
  home: string,
  platform: NodeJS.Platform = process.platform,
): Promise<DockerEndpoint> {
  const configDir = env.DOCKER_CONFIG || join(home, '.docker');
  if (env.DOCKER_HOST) return hostEndpoint(env, configDir);
  const named = env.DOCKER_CONTEXT || (await currentContext(configDir));
  if (named && named !== 'default') {
    const source = env.DOCKER_CONTEXT ? 'DOCKER_CONTEXT' : 'context';
    try {
      const { host, tls } = await readContext(configDir, named);
      return checked({ url: host, context: named, source, tls, problem: null });
    } catch (error) {
      const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      const proof = error instanceof Error ? error.message : String(error);
      const problem = missing
        ? `there is no context "${named}"`
        : `context "${named}" cannot be used: ${proof}`;
      return { url: '', context: named, remote: false, source, tls: null, problem };
    }
  }
  if (platform === 'win32') return socketEndpoint(DEFAULT_PIPE);
  const sockets = socketCandidates(env, home);
  return socketEndpoint(`unix://${(await firstUsable(sockets)) ?? DEFAULT_SOCKET}`);
}

/** Sockets where a local engine may listen, the usual one first. */
export function socketCandidates(env: NodeJS.ProcessEnv, home: string): string[] {
  return [
    DEFAULT_SOCKET,
    // Rootless: docs.docker.com/engine/security/rootless.
    ...(env.XDG_RUNTIME_DIR ? [join(env.XDG_RUNTIME_DIR, 'docker.sock')] : []),
    // Docker Desktop: macOS, and Linux.
    join(home, '.docker', 'run', 'docker.sock'),
    join(home, '.docker', 'desktop', 'docker.sock'),
  ];
}

/** An endpoint for one socket, as if nothing were configured. */
export function socketEndpoint(url: string): DockerEndpoint {
  return { url, context: null, remote: false, source: 'socket', tls: null, problem: null };
}

/** The first socket that this person may use, else the first that exists (to say why not). */
async function firstUsable(sockets: string[]): Promise<string | null> {
  const can = (mode: number) =>
    Promise.all(
      sockets.map((socket) =>
        access(socket, mode).then(
          () => socket,
          () => null,
        ),
      ),
    );
  const usable = (await can(constants.R_OK | constants.W_OK)).find((socket) => socket !== null);
  return usable ?? (await can(constants.F_OK)).find((socket) => socket !== null) ?? null;
}

async function hostEndpoint(env: NodeJS.ProcessEnv, configDir: string): Promise<DockerEndpoint> {
  const given = env.DOCKER_HOST ?? '';
  const url = given.includes('://') ? given : `tcp://${given}`;
  // A tcp engine speaks TLS when DOCKER_TLS_VERIFY is set, whatever its value (docker/cli).
  const wantsTls = url.startsWith('tcp://') && Boolean(env.DOCKER_TLS_VERIFY);
  const tls = wantsTls ? await readTls(env.DOCKER_CERT_PATH || configDir) : null;
  const missing = wantsTls && !tls ? `no ca.pem in ${env.DOCKER_CERT_PATH || configDir}` : null;
  return checked({ url, context: null, source: 'DOCKER_HOST', tls, problem: missing });
}

function checked(found: Omit<DockerEndpoint, 'remote'>): DockerEndpoint {
  const scheme = /^([a-z]+):\/\//.exec(found.url)?.[1];
  const remote = scheme === 'ssh' || (isTcp(scheme) && !isLoopback(found.url));
  const known = scheme === 'unix' || scheme === 'npipe' || scheme === 'ssh' || isTcp(scheme);
  const problem = known ? found.problem : `no engine can be reached at "${found.url}"`;
  return { ...found, remote, problem };
}

function isTcp(scheme: string | undefined): boolean {
  return scheme === 'tcp' || scheme === 'http' || scheme === 'https';
}

function isLoopback(url: string): boolean {
  try {
    const { hostname } = new URL(url.replace(/^tcp:/, 'http:'));
    return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  } catch {
    return false;
  }
}

/**
 * Connects to an engine and agrees on an API version (GET /version; never pinned, an old engine is
 * asked in its own). The instance has no time limit of its own: builds and logs go on for an hour.
 * @throws the socket's errno error (ENOENT, EACCES, ECONNREFUSED …), NoAnswer after `timeoutMs`,
 *   EPROTO for an ssh endpoint or a wrong configuration, or the signal's reason.
 */
export async function connectDocker(
  endpoint: DockerEndpoint,
  { timeoutMs = 5_000, signal }: { timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<Docker> {
  if (endpoint.problem) throw withCode(endpoint.problem, 'EPROTO');
  if (endpoint.url.startsWith('ssh://')) {
    throw withCode(`the engine is reached by ssh: ${endpoint.url}`, 'EPROTO');
  }
  const { default: Dockerode } = await import('dockerode');
  return withTimeLimit(
    async (abortSignal) => {
      const docker = new Dockerode(modemOptions(endpoint) as Docker.DockerOptions);
      const { ApiVersion } = await askVersion(docker, abortSignal);
      const modem = docker.modem as { version?: string };
      modem.version = `v${olderApi(ApiVersion, NEWEST_API)}`;
      return docker;
    },
    { timeoutMs, signal },
  );
}

/** GET /version. Podman's and Docker's answers differ only in `Components`. */
export async function askVersion(docker: Docker, abortSignal: AbortSignal): Promise<EngineVersion> {
  // @types/dockerode knows no options here; dockerode 5 takes them.
  const ask = docker.version as (options: { abortSignal: AbortSignal }) => Promise<unknown>;
  const answer = versionSchema.safeParse(await ask.call(docker, { abortSignal }));
  if (!answer.success) throw withCode('what answers there is not a Docker engine', 'EPROTO');
  return answer.data;
}

const versionSchema = z.object({
  Version: z.string(),
  ApiVersion: z.string(),
  MinAPIVersion: z.string().optional(),
  Os: z.string(),
  Arch: z.string(),
  Components: z.array(z.object({ Name: z.string() })).nullish(),
});
export type EngineVersion = z.infer<typeof versionSchema>;

/** The lower one of two API versions such as `1.41` and `1.51`. */
export function olderApi(a: string, b: string): string {
  const [aMajor = 0, aMinor = 0] = a.split('.').map(Number);
  const [bMajor = 0, bMinor = 0] = b.split('.').map(Number);
  return aMajor < bMajor || (aMajor === bMajor && aMinor <= bMinor) ? a : b;
}

/** Every member is given, also as undefined: docker-modem fills what is left out from process.env. */
function modemOptions(endpoint: DockerEndpoint): Record<string, unknown> {
  const none = { ca: undefined, cert: undefined, key: undefined, host: undefined };
  const { url, tls } = endpoint;
  if (url.startsWith('unix://') || url.startsWith('npipe://')) {
    const socketPath = url.replace(/^(unix|npipe):\/\//, '');
    return { ...none, socketPath, port: undefined, protocol: 'http', timeout: undefined };
  }
  const address = new URL(url.replace(/^tcp:/, 'http:'));
  const secure = tls !== null || url.startsWith('https:');
  return {
    ...none,
    socketPath: undefined,
    host: address.hostname,
    port: address.port || (secure ? '2376' : '2375'),
    pathPrefix: address.pathname,
    protocol: secure ? 'https' : 'http',
    timeout: undefined,
    ...(tls?.ca ? { ca: tls.ca } : {}),
    ...(tls?.cert && tls.key ? { cert: tls.cert, key: tls.key } : {}),
    ...(tls?.skipVerify ? { agent: new Agent({ rejectUnauthorized: false }) } : {}),
  };
}

function withCode(message: string, code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code });
}
