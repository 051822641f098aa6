import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { type BuildContext, packContext, readContext } from './build-context.ts';
import { baseImages } from './dockerfile.ts';
import { isBrokenConnection, readEngineStream, type StreamEnd } from './engine-stream.ts';
import { Evidence } from './evidence.ts';
import { pullImage } from './pull-image.ts';
import { type BuildSession, openSession } from './session.ts';
import type { Builder, BuildRequest, BuiltImage, SolveEvent } from './types.ts';

/**
 * What BuildKit says of a session that is gone (session/manager.go, session/grpc.go). The last one
 * came over a connection to the engine that works, so what is unavailable is the session.
 */
const SESSION_LOST =
  /no active sessions?\b|no such session|only one connection allowed|code = Unavailable desc = connection error/i;

export interface EngineBuilderOptions {
  /** Opens the session; replaced where the fallback is tested. */
  openSession?: (docker: Docker) => Promise<BuildSession>;
}

/** Builds over the engine's API, for engines without buildx. */
export function engineBuilder(docker: Docker, options: EngineBuilderOptions = {}): Builder {
  const open = options.openSession ?? openSession;
  return {
    transport: 'engine',
    async build(request, onEvent, signal) {
      signal.throwIfAborted();
      const context = await readContext(request.contextDir, request.dockerfile);
      const text = await readFile(context.dockerfile, 'utf8');
      const job = { docker, request, context, text, onEvent, signal };
      const session = await open(docker).catch(() => null);
      if (session) {
        const attempt = await attemptBuild(job, session.id).finally(() => session.close());
        if (!sessionFailed(attempt)) return outcome(job, attempt);
        onEvent({
          type: 'output',
          text: 'The session with the engine was lost; base images are pulled before the build.',
        });
      }
      await pullBases(job);
      return outcome(job, await attemptBuild(job, null));
    },
  };
}

interface Job {
  docker: Docker;
  request: BuildRequest;
  context: BuildContext;
  /** Of the Dockerfile. */
  text: string;
  onEvent: (event: SolveEvent) => void;
  signal: AbortSignal;
}

interface Attempt {
  end: StreamEnd;
  evidence: Evidence;
}

async function attemptBuild(job: Job, sessionId: string | null): Promise<Attempt> {
  const { docker, request, context, onEvent, signal } = job;
  signal.throwIfAborted();
  const evidence = new Evidence();
  const see = (event: SolveEvent) => {
    evidence.push(event);
    onEvent(event);
  };
  const tar = packContext(context);
  let readError: Error | null = null;
  tar.once('error', (error: Error) => {
    readError = error;
  });
  const stopSending = () => tar.destroy(new Error('the build was stopped'));
  signal.addEventListener('abort', stopSending, { once: true });
  try {
    // As a number: the string would open dockerode's own session. `session` and the number are
    // in the API, but not in @types/dockerode.
    const options = {
      ...buildOptions(request, context),
      version: 2,
      ...(sessionId ? { session: sessionId } : {}),
      // Also ends the request while the context is still being sent.
      abortSignal: signal,
    } as unknown as Docker.ImageBuildOptions;
    const stream = await docker.buildImage(tar as NodeJS.ReadableStream, options);
    const end = await readEngineStream(stream as Readable, see, signal);
    return { end, evidence };
  } catch (error) {
    signal.throwIfAborted();
    if (readError && !isBrokenConnection(readError)) throw readError;
    const message = error instanceof Error ? error.message : String(error);
    return { end: { imageId: null, error: message, lost: isBrokenConnection(error) }, evidence };
  } finally {
    signal.removeEventListener('abort', stopSending);
    tar.destroy();
  }
}

function buildOptions(request: BuildRequest, context: BuildContext): Record<string, unknown> {
  return {
    t: request.tag,
    dockerfile: context.dockerfileInTar,
    buildargs: request.args,
    labels: request.labels,
    rm: true,
    ...(request.target ? { target: request.target } : {}),
    ...(request.platform ? { platform: request.platform } : {}),
    ...(request.noCache ? { nocache: true } : {}),
    ...(request.pull ? { pull: true } : {}),
  };
}

/** The session broke before it was of use: at most the context and image names were looked at. */
function sessionFailed({ end, evidence }: Attempt): boolean {
  if (end.imageId !== null && end.error === null) return false;
  const step = evidence.failedStep;
  const error = `${end.error ?? ''}\n${step?.error ?? ''}`;
  if (!SESSION_LOST.test(error)) return false;
  return !evidence.started || step === null || step.name.startsWith('[internal]');
}

async function pullBases(job: Job): Promise<void> {
  const { docker, request, text, onEvent, signal } = job;
  for (const ref of baseImages(text, request.args)) {
    const wanted = {
      ...(request.platform ? { platform: request.platform } : {}),
      ...(request.pull ? { evenIfThere: true } : {}),
    };
    const error = await pullImage(docker, ref, wanted, onEvent, signal);
    if (error === null) continue;
    const evidence = new Evidence();
    const name = `[internal] load metadata for ${ref}`;
    const failed = { digest: `pull:${ref}`, name, error };
    evidence.push({ type: 'status', status: { vertexes: [failed] } });
    throw evidence.failure(error, { path: job.context.dockerfile, text });
  }
}

/**
 * The image id came and no error did: only that is a success.
 * @throws Failure
 */
function outcome({ context, text }: Job, { end, evidence }: Attempt): BuiltImage {
  if (end.imageId !== null && end.error === null && !end.lost) return { id: end.imageId };
  const dockerfile = { path: context.dockerfile, text };
  if (end.lost) throw evidence.failure('unexpected EOF', dockerfile);
  // An answer that ends without either is a connection that was closed in an orderly way.
  throw evidence.failure(end.error ?? 'the answer ended early: unexpected EOF', dockerfile);
}
