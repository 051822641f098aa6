import type Docker from 'dockerode';
import type { Clock } from '../ports/clock.ts';
import {
  askVersion,
  connectDocker,
  type DockerEndpoint,
  resolveEndpoint,
  socketCandidates,
  socketEndpoint,
} from '../ports/docker.ts';
import type { Processes } from '../ports/processes.ts';
import { withTimeLimit } from '../ports/time-limit.ts';
import { buildxVersion, infoSchema, readyEngine } from './engine-info.ts';
import { lookAtInstallation } from './engine-installed.ts';
import { explainEngineProblem } from './engine-problem.ts';
import type { EngineState, Host } from './types.ts';

export interface EngineInquiry {
  env: NodeJS.ProcessEnv;
  host: Host;
  processes: Processes;
  clock: Clock;
  /** Prefix of /run, /etc …; '' on a real machine. */
  root?: string;
  /** Time for the engine's answers together. Default 3,000 ms, which leaves 2,000 to say why not. */
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
}

/**
 * The state of the engine that this person's docker command would use: its facts, or a named problem
 * with a sentence, the proof and what to do. Answers within 5 s and throws only the signal's reason.
 */
export async function observeEngine(inquiry: EngineInquiry): Promise<EngineState> {
  const { env, host } = inquiry;
  const endpoint = await resolveEndpoint(env, host.home, host.platform);
  try {
    const ready = await askEngine(endpoint, inquiry);
    if (ready.os !== 'windows') return ready;
    return await explain(endpoint, new Error(`OSType=${ready.os}`), inquiry);
  } catch (error) {
    inquiry.signal?.throwIfAborted();
    return await explain(endpoint, error, inquiry);
  }
}

/** Facts of the engine at an endpoint. Throws what connectDocker throws. */
async function askEngine(endpoint: DockerEndpoint, inquiry: EngineInquiry) {
  const { timeoutMs = 3_000, signal, env, processes, clock } = inquiry;
  const buildx = processes
    .run('docker', ['buildx', 'version'], { timeoutMs, env, ...(signal ? { signal } : {}) })
    .then(({ stdout }) => buildxVersion(stdout))
    .catch(() => null);
  const answers = await withTimeLimit(
    async (inner) => {
      const docker = await connectDocker(endpoint, { timeoutMs, signal: inner });
      const [version, info] = await Promise.all([
        askVersion(docker, inner),
        askInfo(docker, inner),
      ]);
      return { version, info, nowMs: clock.now().getTime() };
    },
    { timeoutMs, signal },
  );
  return readyEngine(endpoint, answers.version, answers.info, {
    nowMs: answers.nowMs,
    buildx: await buildx,
  });
}

async function askInfo(docker: Docker, abortSignal: AbortSignal) {
  const ask = docker.info as (options: { abortSignal: AbortSignal }) => Promise<unknown>;
  return infoSchema.parse(await ask.call(docker, { abortSignal }));
}

async function explain(
  endpoint: DockerEndpoint,
  error: unknown,
  inquiry: EngineInquiry,
): Promise<EngineState> {
  const { env, host, processes, signal, root = '' } = inquiry;
  const [installed, elsewhere] = await Promise.all([
    lookAtInstallation({ env, host, processes, root, signal }),
    endpoint.source === 'socket' ? null : answeringSocket(endpoint, inquiry),
  ]);
  return explainEngineProblem({ endpoint, error, host, installed, elsewhere });
}

/** Another engine of this machine that answers, when the configured one does not: the wrong context. */
async function answeringSocket(
  endpoint: DockerEndpoint,
  { env, host, signal }: EngineInquiry,
): Promise<string | null> {
  const urls = socketCandidates(env, host.home)
    .map((path) => `unix://${path}`)
    .filter((url) => url !== endpoint.url);
  const answers = await Promise.all(
    urls.map((url) =>
      connectDocker(socketEndpoint(url), { timeoutMs: 1_000, ...(signal ? { signal } : {}) }).then(
        () => url,
        () => null,
      ),
    ),
  );
  return answers.find((url) => url !== null) ?? null;
}
