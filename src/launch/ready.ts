import type Docker from 'dockerode';
import { exitCodes } from '../contract/exit-codes.ts';
import { Failure } from '../contract/failure.ts';
import type { Clock } from '../ports/clock.ts';
import { formatDuration, formatMemory } from '../text/format.ts';
import { type FollowedLog, type FollowOptions, followContainerLog } from './container-log.ts';
import { saysNoGpu } from './refusals.ts';
import type { StartupLog } from './startup-log.ts';

/** The part of fetch() that is used here. */
export type HttpGet = (url: string, init: { signal: AbortSignal }) => Promise<{ status: number }>;

/**
 * No authoritative figure exists for how long ComfyUI takes; 300 s is generous with models on the
 * disk (facts/steadydancer.md, start-up).
 */
export const READY_LIMIT_MS = 300_000;
const POLL_MS = 250;
const REQUEST_LIMIT_MS = 3_000;
const DRAIN_LIMIT_MS = 2_000;
const READ_AGAIN = 4;
/** 128 + SIGKILL. */
const KILLED = 137;

export interface ReadyWait {
  container: Docker.Container;
  name: string;
  /** `http://127.0.0.1:8188`. */
  url: string;
  startup: StartupLog;
  log: FollowedLog;
  /** What of the output is followed, and where it is kept: for reading it once more. */
  again?: Pick<FollowOptions, 'since' | 'rawFile'>;
  /** False for an image of the person's own, whose log may use other words. */
  needsLine: boolean;
  limitMs: number;
  fetch: HttpGet;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * Waits until the log says that the server listens *and* GET /system_stats answers 200: either
 * alone is not enough (a proxy answers early, a line can come before the port is published).
 * @returns milliseconds that it took
 * @throws Failure `container-exited`, `container-oom-killed`, `container-gpu-unavailable` as soon as
 *   the container ended, `container-not-ready` (exit code 17) at the limit, the signal's reason
 */
export async function waitReady(wait: ReadyWait): Promise<number> {
  const { clock, signal, limitMs } = wait;
  const begin = clock.monotonicMs();
  const over = new AbortController();
  const inner = AbortSignal.any([signal, over.signal]);
  let dead = false;
  const death = wait.container.wait({ abortSignal: inner }).then(
    () => {
      dead = true;
    },
    // Removed by somebody else, or the engine went: looked at by inspect(). Not when we are done.
    () => {
      dead = !inner.aborted;
    },
  );
  try {
    for (;;) {
      signal.throwIfAborted();
      const ms = clock.monotonicMs() - begin;
      if (dead) throw await explainDeath(wait, ms);
      if ((wait.startup.ready || !wait.needsLine) && (await answers(wait))) {
        return clock.monotonicMs() - begin;
      }
      if (ms > limitMs) throw notReady(wait, limitMs);
      await Promise.race([clock.sleep(POLL_MS, inner), death]);
    }
  } finally {
    over.abort();
  }
}

/** True when the server answers. Never throws. */
export async function answers({
  url,
  fetch,
  signal,
}: Pick<ReadyWait, 'url' | 'fetch' | 'signal'>): Promise<boolean> {
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(REQUEST_LIMIT_MS)]);
    return (await fetch(`${url}/system_stats`, { signal: limited })).status === 200;
  } catch {
    return false;
  }
}

function notReady({ name, startup, url, needsLine }: ReadyWait, limitMs: number): Failure {
  const last = startup.lastLine;
  const said = last ? `its last line: ${last}` : 'it has printed nothing';
  const missing =
    startup.ready || !needsLine
      ? `${url}/system_stats does not answer.`
      : 'Its log has not said that the server listens.';
  return new Failure({
    code: 'container-not-ready',
    sentence: `Container ${name} is not ready after ${formatDuration(limitMs)}; ${said}`,
    cause: missing,
    ...(last ? { proof: last } : {}),
    phase: 'launch',
    exitCode: exitCodes.timeout,
    fixes: [{ label: 'Read its whole log', command: `docker logs ${name}` }],
  });
}

/** Why the container ended: by the engine's record of it and by its last lines. */
async function explainDeath(wait: ReadyWait, ms: number): Promise<Failure> {
  const { container, name, startup, clock, signal } = wait;
  // Its last words are still on their way; not longer than this, if the engine hangs.
  const drained = new AbortController();
  await Promise.race([
    wait.log.ended,
    clock.sleep(DRAIN_LIMIT_MS, AbortSignal.any([signal, drained.signal])).catch(() => {}),
  ]);
  drained.abort();
  // Following one that dies at once can end before its words are written: ask again, for a second.
  for (let tries = 0; startup.lastLine === '' && tries < READ_AGAIN; tries += 1) {
    await readAgain(wait);
    if (startup.lastLine === '') await clock.sleep(POLL_MS, signal).catch(() => {});
  }
  const info = await container.inspect().catch(() => null);
  if (!info) {
    return new Failure({
      code: 'container-exited',
      sentence: `Container ${name} was removed while it started.`,
      phase: 'launch',
    });
  }
  const details = {
    phase: 'launch' as const,
    proof: startup.tellingLine || info.State.Error || `exit code ${info.State.ExitCode}`,
    cause: [
      `Exit code ${info.State.ExitCode}${info.State.OOMKilled ? ', OOMKilled' : ''}.`,
      startup.lastLines.length > 0 ? `Its last lines:\n${startup.lastLines.join('\n')}` : '',
    ]
      .filter(Boolean)
      .join(' '),
    fixes: [{ label: 'Read its whole log', command: `docker logs ${name}` }],
  };
  // Docker 20.10 on cgroup v1 does not always record it (seen: exit code 137 with OOMKilled false),
  // and nothing of ours kills a container that is starting.
  if (info.State.OOMKilled || info.State.ExitCode === KILLED) {
    const memory = formatMemory(info.HostConfig.Memory ?? 0);
    return new Failure({
      ...details,
      code: 'container-oom-killed',
      sentence: info.State.OOMKilled
        ? `Container ${name} used up its ${memory} of memory and was ended.`
        : `Container ${name} was killed, most likely because it used up its ${memory} of memory.`,
    });
  }
  const noGpu = startup.lastLines.find(saysNoGpu);
  if (noGpu !== undefined) {
    return new Failure({
      ...details,
      proof: noGpu,
      code: 'container-gpu-unavailable',
      sentence: `Container ${name} did not get its GPU and ended.`,
    });
  }
  const last = startup.tellingLine;
  return new Failure({
    ...details,
    code: 'container-exited',
    sentence: `Container ${name} ended after ${formatDuration(ms)} with exit code ${info.State.ExitCode}${last ? `: ${last}` : '.'}`,
  });
}

/** Reads what the engine kept of the output; what cannot be read stays unsaid. */
async function readAgain({ container, startup, again }: ReadyWait): Promise<void> {
  const log = await followContainerLog(container, {
    follow: false,
    ...again,
    onLine: (line) => startup.read(line),
  }).catch(() => null);
  await log?.ended;
}
