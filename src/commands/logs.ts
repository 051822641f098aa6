import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCodes } from '../contract/exit-codes.ts';
import { systemClock } from '../ports/clock.ts';
import { places } from '../profiles/places.ts';
import { findRun, type KnownRun } from '../runner/live-runs.ts';
import { processLives, runFiles } from '../runner/run-record.ts';
import { sanitiseLine } from '../text/sanitise.ts';
import type { Io } from './io.ts';

const POLL_MS = 200;
const READ_BYTES = 64 * 1024;

export interface LogsOptions {
  follow?: boolean;
  container?: boolean;
  json?: boolean;
}

/**
 * `steadydancer logs [RUN]`: the raw build log of the last run, or its container's, or (`--json`)
 * its events. What goes to a terminal is sanitised; a file or a pipe gets the bytes as they are.
 */
export async function logs(
  wanted: string | undefined,
  options: LogsOptions,
  io: Io,
): Promise<number> {
  const found = await findRun(places(io.env, io.home).runs, wanted);
  if (!found) {
    io.say(wanted ? `There is no run ${wanted}.` : 'There is no run yet.');
    return exitCodes.usage;
  }
  const name = options.json
    ? runFiles.events
    : options.container
      ? runFiles.containerLog
      : runFiles.buildLog;
  const there = await printFile(join(found.dir, name), found, options.follow ?? false, io);
  if (!there) io.say(`Run ${found.record.id} has no ${name}.`);
  return exitCodes.done;
}

async function printFile(file: string, run: KnownRun, follow: boolean, io: Io): Promise<boolean> {
  const handle = await open(file, 'r').catch(() => null);
  if (!handle) return false;
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
      for (const line of lines) io.out(io.interactive ? sanitiseLine(line) : line);
    }
    if (rest !== '') io.out(io.interactive ? sanitiseLine(rest) : rest);
    return true;
  } finally {
    await handle.close();
  }
}
