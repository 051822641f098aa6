import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCodes } from '../contract/exit-codes.ts';
import { Failure } from '../contract/failure.ts';
import { followContainerLog } from '../launch/container-log.ts';
import { lastContainer } from '../launch/start-again.ts';
import { readResult } from '../pipeline/history.ts';
import { systemClock } from '../ports/clock.ts';
import { places } from '../profiles/places.ts';
import { findRun, type KnownRun } from '../runner/live-runs.ts';
import { processLives, runFiles } from '../runner/run-record.ts';
import { sanitiseLine } from '../text/sanitise.ts';
import { connectedEngine } from './engine.ts';
import type { Io } from './io.ts';

const POLL_MS = 200;
const READ_BYTES = 64 * 1024;

export interface LogsOptions {
  follow?: boolean;
  container?: boolean;
  json?: boolean;
  /** A pod's instead: true for our last one, or its id. */
  pod?: string | true;
}

/**
 * `steadydancer logs [RUN]`: the raw build log of the last run, or its container's, or (`--json`)
 * its events, or (`--pod`) what a rented pod says. Printed lines are
 * made harmless; the bytes as they came are in the run's folder.
 */
export async function logs(
  wanted: string | undefined,
  options: LogsOptions,
  io: Io,
): Promise<number> {
  if (options.pod !== undefined) {
    const { podLogs } = await import('./pod-logs.ts');
    return podLogs(options.pod === true ? undefined : options.pod, options.follow ?? false, io);
  }
  const run = await findRun(places(io.env, io.home).runs, wanted);
  if (!run) {
    io.say(wanted ? `There is no run ${wanted}.` : 'There is no run yet.');
    return exitCodes.usage;
  }
  const follow = options.follow ?? false;
  if (options.container) return containerLog(run, follow, io);
  const name = options.json ? runFiles.events : runFiles.buildLog;
  if (!(await printFile(join(run.dir, name), run, follow, io))) {
    io.say(await whyNoLog(run));
  }
  return exitCodes.done;
}

/** A run without a build log: it ended before, or there was nothing to build. */
async function whyNoLog({ dir, record, live }: KnownRun): Promise<string> {
  const result = await readResult(dir);
  if (result?.ok) return `Run ${record.id} built nothing: the image was there.`;
  const state = live ? 'has built nothing yet' : 'ended before it built anything';
  return `Run ${record.id} ${state}.${result ? ` ${result.summary}` : ''}`;
}

/** What the container says now; the run's own copy when the container is gone. */
async function containerLog(run: KnownRun, follow: boolean, io: Io): Promise<number> {
  const kept = join(run.dir, runFiles.containerLog);
  try {
    const { docker } = await connectedEngine(io);
    const info = await lastContainer(docker, run.record.profile ?? undefined);
    if (info) {
      const stopped = follow
        ? new Promise<void>((end) => process.once('SIGINT', () => end()))
        : null;
      const log = await followContainerLog(docker.getContainer(info.Id), {
        onLine: io.out,
        follow,
      });
      await Promise.race([log.ended, ...(stopped ? [stopped] : [])]);
      await log.close();
      return exitCodes.done;
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    io.say(error.message);
  }
  if (!(await printFile(kept, run, follow, io))) {
    io.say(`Run ${run.record.id} started no container.`);
  }
  return exitCodes.done;
}

/** False when there is no such file. */
async function printFile(file: string, run: KnownRun, follow: boolean, io: Io): Promise<boolean> {
  const handle = await open(file, 'r').catch(() => null);
  if (!handle) return false;
  // Also into a pipe: `| tail` and `| less` end on a screen.
  const print = (line: string) => io.out(sanitiseLine(line));
  try {
    const decoder = new TextDecoder();
    const buffer = Buffer.alloc(READ_BYTES);
    let rest = '';
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, READ_BYTES, null);
      if (bytesRead === 0) {
        if (!follow || !processLives(run.record.pid, run.record.pidStartedAt)) break;
        await systemClock.sleep(POLL_MS);
        continue;
      }
      rest += decoder.decode(buffer.subarray(0, bytesRead), { stream: true });
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) print(line);
    }
    if (rest !== '') print(rest);
    return true;
  } finally {
    await handle.close();
  }
}
