import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultChoices } from '../contract/choices.ts';
import type { DiskPlace } from '../contract/ids.ts';
import { type Clock, systemClock } from '../ports/clock.ts';
import { type Processes, systemProcesses } from '../ports/processes.ts';
import { withTimeLimit } from '../ports/time-limit.ts';
import { places as ownPlaces } from '../profiles/places.ts';
import { observeDisk, observeEngineDisk } from './disk.ts';
import { observeEngine } from './engine.ts';
import { observeGpu } from './gpu.ts';
import { observeHost } from './host.ts';
import type { EngineState, GpuState, Machine } from './types.ts';

export interface ObserveOptions {
  env: NodeJS.ProcessEnv;
  processes?: Processes;
  clock?: Clock;
  /** The person's home; by default that of the one who called sudo, else HOME. */
  home?: string;
  /** Folders that the choices name; what is left out has its default. */
  dirs?: Partial<Record<Exclude<DiskPlace, 'docker'>, string>>;
  signal?: AbortSignal | undefined;
  /** Prefix of /proc, /sys, /etc …; '' on a real machine. */
  root?: string;
  platform?: NodeJS.Platform;
  /** Called as soon as a part is there, for screens that fill in. */
  onPart?: (part: Partial<Machine>) => void;
}

/** Longest time for one part, ms: with the host's before it the whole stays under 5 s. */
const PART_MS = 4_800;

/**
 * Looks at the machine: host, engine, GPU and disk side by side, each guarded, so that a part that
 * hangs or crashes is a named state and not the end. Answers within 5 s, in well under one when
 * nothing hangs. Throws only the signal's reason.
 */
export async function observe(options: ObserveOptions): Promise<Machine> {
  const { env, signal, root = '', onPart } = options;
  const processes = options.processes ?? systemProcesses;
  const clock = options.clock ?? systemClock;
  const seen = await observeHost(
    { env, root, ...(options.platform ? { platform: options.platform } : {}) },
    processes,
  );
  const host = options.home ? { ...seen, home: options.home } : seen;
  onPart?.({ host });
  signal?.throwIfAborted();

  const part = <T>(work: (signal: AbortSignal) => Promise<T>, otherwise: (why: string) => T) =>
    withTimeLimit(work, { timeoutMs: PART_MS, signal }).catch((error: unknown) => {
      signal?.throwIfAborted();
      return otherwise(error instanceof Error ? error.message : String(error));
    });

  const engine = part<EngineState>(
    (inner) => observeEngine({ env, host, processes, clock, root, signal: inner }),
    (why) => ({
      state: 'unreachable',
      endpoint: { url: env.DOCKER_HOST ?? '', context: null, remote: false },
      sentence: 'The state of Docker could not be seen.',
      proof: why,
      fixes: [],
    }),
  );
  const gpu = part<GpuState>(
    (inner) => observeGpu({ env, host, processes, root, signal: inner }),
    (why) => ({
      state: 'broken',
      sentence: 'The state of the GPU could not be seen.',
      proof: why,
      fixes: [],
    }),
  );
  const own = part(
    (inner) => observeDisk({ places: placesOf(options, host.home), host, root, signal: inner }),
    () => [],
  );
  const disk = engine.then(async (state) => [
    ...(await part(
      (inner) => observeEngineDisk(state, { host, root, signal: inner }),
      () => [],
    )),
    ...(await own),
  ]);

  // Aborted before its turn to be awaited, a part must not end the process.
  for (const one of [engine, gpu, own, disk]) one.catch(() => {});

  const told = async <K extends keyof Machine>(key: K, value: Promise<Machine[K]>) => {
    const known = await value;
    onPart?.({ [key]: known });
    return known;
  };
  const [knownEngine, knownGpu, knownDisk] = await Promise.all([
    told('engine', engine),
    told('gpu', gpu),
    told('disk', disk),
  ]);
  return { host, engine: knownEngine, gpu: knownGpu, disk: knownDisk };
}

function placesOf({ env, dirs = {}, platform }: ObserveOptions, home: string) {
  return {
    models: dirs.models ?? defaultChoices.modelsDir,
    output: dirs.output ?? defaultChoices.outputDir,
    temp: dirs.temp ?? env.TMPDIR ?? tmpdir(),
    state: dirs.state ?? join(ownPlaces(env, home, platform).runs, '..'),
  };
}
