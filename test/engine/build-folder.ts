import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { SolveNormaliser } from '../../src/build/normalise.ts';
import type { Builder, BuildRequest, SolveEvent } from '../../src/build/types.ts';
import type { EventBody } from '../../src/contract/events.ts';
import { Failure } from '../../src/contract/failure.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { buildxPlugin } from './buildx-plugin.ts';
import { unpackPackage } from './debian-package.ts';

export const testDocker = () => new Docker();

/** A static busybox, so that images FROM scratch can run something; or why there is none. */
export function busybox(): { file: string } | { reason: string } {
  const unpacked = unpackPackage('busybox-static');
  return 'reason' in unpacked ? unpacked : { file: join(unpacked.dir, 'bin', 'busybox') };
}

/** A build context with that busybox, a text file and the given Dockerfile. */
export function contextWith(dockerfile: string, busyboxFile?: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'sd-build-test-'));
  if (busyboxFile !== undefined) {
    mkdirSync(join(dir, 'bin'));
    copyFileSync(busyboxFile, join(dir, 'bin', 'busybox'));
    chmodSync(join(dir, 'bin', 'busybox'), 0o755);
  }
  writeFileSync(join(dir, 'a.txt'), 'hello\n');
  writeFileSync(join(dir, 'secret.txt'), 'not for the image\n');
  writeFileSync(join(dir, '.dockerignore'), 'secret.txt\n');
  writeFileSync(join(dir, 'Dockerfile'), dockerfile);
  return dir;
}

export interface Built {
  id: string | null;
  failure: Failure | null;
  /** The signal's reason. */
  thrown: unknown;
  raw: SolveEvent[];
  events: EventBody[];
}

/** Builds and collects everything; nothing is thrown. */
export async function build(
  builder: Builder,
  request: Pick<BuildRequest, 'contextDir' | 'tag'> & Partial<BuildRequest>,
  options: { signal?: AbortSignal; onEvent?: (event: SolveEvent) => void } = {},
): Promise<Built> {
  const built: Built = { id: null, failure: null, thrown: null, raw: [], events: [] };
  const normaliser = new SolveNormaliser((event) => built.events.push(event), systemClock);
  const whole: BuildRequest = {
    dockerfile: join(request.contextDir, 'Dockerfile'),
    args: {},
    labels: {},
    ...request,
  };
  const see = (event: SolveEvent) => {
    built.raw.push(event);
    normaliser.push(event);
    options.onEvent?.(event);
  };
  try {
    const signal = options.signal ?? new AbortController().signal;
    built.id = (await builder.build(whole, see, signal)).id;
    normaliser.finish('done');
  } catch (error) {
    if (error instanceof Failure) built.failure = error;
    built.thrown = error;
    normaliser.finish(error instanceof Failure ? 'failed' : 'canceled');
  }
  return built;
}

/** The last state of each step that the Dockerfile names, without what differs by transport. */
export function stepModel(events: EventBody[]): Record<string, string> {
  const last = new Map<string, EventBody & { type: 'build.vertex' }>();
  for (const event of events) if (event.type === 'build.vertex') last.set(event.name, event);
  return Object.fromEntries(
    [...last.values()]
      .filter((vertex) => /^\[[^\]]*\d+\/\d+\]/.test(vertex.name))
      .map((vertex) => [vertex.name, vertex.state] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

export function logText(events: EventBody[]): string[] {
  return events.flatMap((event) => (event.type === 'build.log' ? [event.text] : []));
}

/** buildx of a suite as a builder's environment; see buildx-plugin.ts. */
export function buildxEnv(suite: 'trixie' | 'sid') {
  const plugin = buildxPlugin(suite);
  return 'reason' in plugin ? plugin : { env: { DOCKER_CONFIG: plugin.config } };
}
