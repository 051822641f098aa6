import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../contract/failure.ts';
import type { Processes, Running } from '../ports/processes.ts';
import { readContext } from './build-context.ts';
import { Evidence } from './evidence.ts';
import { JsonValues } from './json-values.ts';
import { rawjsonEvent } from './rawjson.ts';
import type { Builder, BuildRequest, SolveEvent } from './types.ts';

export interface BuildxBuilderOptions {
  processes: Processes;
  /** Which engine and with which plugins: DOCKER_HOST or DOCKER_CONTEXT, DOCKER_CONFIG. */
  env?: Record<string, string | undefined>;
  /** The docker command; default `docker`. */
  docker?: string;
  /** Whether its image has to be loaded, where that was looked at already (mustLoad). */
  load?: Promise<boolean> | undefined;
}

/** Builds by `docker buildx build --progress=rawjson` (buildx 0.12 and later). */
export function buildxBuilder(options: BuildxBuilderOptions): Builder {
  const { processes, env = {}, docker = 'docker' } = options;
  return {
    transport: 'buildx',
    async build(request, onEvent, signal) {
      signal.throwIfAborted();
      const context = await readContext(request.contextDir, request.dockerfile);
      const load = await (options.load ?? mustLoad(processes, env, signal, docker));
      signal.throwIfAborted();
      const folder = await mkdtemp(join(tmpdir(), 'steadydancer-build-'));
      try {
        const idFile = join(folder, 'image-id');
        const args = buildxArgs(request, { context: context.dir, idFile, load });
        const evidence = new Evidence();
        const running = processes.start(docker, args, { env, signal, group: true });
        const see = (event: SolveEvent) => {
          evidence.push(event);
          onEvent(event);
        };
        const exitCode = await follow(running, see, signal);
        const text = await readFile(context.dockerfile, 'utf8');
        const file = { path: context.dockerfile, text };
        if (exitCode === 'not started') throw noBuildx(docker);
        if (exitCode === 0) {
          const id = (await readFile(idFile, 'utf8').catch(() => '')).trim();
          if (id.startsWith('sha256:')) return { id };
          throw evidence.failure('buildx ended well but named no image', file);
        }
        const how =
          exitCode === null ? 'buildx was ended by a signal' : `buildx ended (${exitCode})`;
        throw evidence.failure(how, file);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** The arguments of `docker` for a build. No value of them may be a secret. */
export function buildxArgs(
  request: BuildRequest,
  paths: { context: string; idFile: string; load: boolean },
): string[] {
  const pairs = (flag: string, values: Record<string, string>) =>
    Object.entries(values).flatMap(([key, value]) => [flag, `${key}=${value}`]);
  return [
    ...['buildx', 'build', '--progress=rawjson', '--iidfile', paths.idFile],
    ...['--tag', request.tag, '--file', request.dockerfile],
    // An attestation would make an index of the image, and its id another one's.
    '--provenance=false',
    ...(paths.load ? ['--load'] : []),
    ...pairs('--build-arg', request.args),
    ...pairs('--label', request.labels),
    ...(request.target ? ['--target', request.target] : []),
    ...(request.platform ? ['--platform', request.platform] : []),
    ...(request.noCache ? ['--no-cache'] : []),
    ...(request.pull ? ['--pull'] : []),
    paths.context,
  ];
}

/**
 * A builder that is not the engine's own keeps its image to itself unless it is told to load it.
 * Two programs have to start for the answer: a run asks ahead of its build.
 */
export async function mustLoad(
  processes: Processes,
  env: Record<string, string | undefined>,
  signal: AbortSignal,
  docker = 'docker',
): Promise<boolean> {
  const ended = await processes.run(docker, ['buildx', 'inspect'], {
    env,
    signal,
    timeoutMs: 20_000,
  });
  signal.throwIfAborted();
  if (ended.errno) throw noBuildx(docker);
  const driver = /^Driver:\s+(\S+)/m.exec(ended.stdout)?.[1];
  return driver !== undefined && driver !== 'docker';
}

/** Reads stderr as it comes; the exit code decides. */
async function follow(
  running: Running,
  see: (event: SolveEvent) => void,
  signal: AbortSignal,
): Promise<number | null | 'not started'> {
  const values = new JsonValues();
  running.stdout.resume();
  running.stderr.on('data', (chunk: Buffer) => {
    for (const item of values.push(chunk)) see(rawjsonEvent(item));
  });
  // Docker before 25 passes no signal on to its plugins; a closed pipe ends them at the next event.
  const closePipes = () => {
    running.stdout.destroy();
    running.stderr.destroy();
  };
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    timer = setTimeout(closePipes, CLOSE_PIPES_AFTER_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const ended = await running.ended;
    signal.throwIfAborted();
    for (const item of values.end()) see(rawjsonEvent(item));
    return ended.errno ? 'not started' : ended.exitCode;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** After the SIGKILL that the process port sends 2 s after SIGTERM. */
const CLOSE_PIPES_AFTER_MS = 2_500;

function noBuildx(docker: string): Failure {
  return new Failure({
    code: 'build-buildx-missing',
    sentence: `The command ${docker} with its buildx plugin could not be started.`,
  });
}
