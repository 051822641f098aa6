import { statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Event, EventOf } from '../contract/events.ts';
import { exitCodes } from '../contract/exit-codes.ts';
import { Failure, UsageError } from '../contract/failure.ts';
import { withKeptToken } from '../models/kept-token.ts';
import { endingOf } from '../pipeline/result.ts';
import { systemProcesses } from '../ports/processes.ts';
import { places } from '../profiles/places.ts';
import { beginRun } from '../runner/begin-run.ts';
import { newRunId } from '../runner/new-run.ts';
import { type Io, outJson } from './io.ts';
import { drawsScreens, loadScreens } from './load-screens.ts';
import { plainLine, resultLines } from './plain-lines.ts';
import { type FollowedRun, followRun, frontResult, resultOf } from './run-front.ts';
import { type RunOptions, runRequest } from './run-options.ts';
import { SignalInbox } from './signal-inbox.ts';
import { summaryMarkdown } from './summary-markdown.ts';

/** `steadydancer run`: starts the run's process and follows it. Gives its exit code. */
export async function run(options: RunOptions, io: Io): Promise<number> {
  const print = printer(options, io);
  const inbox = io.signals ?? new SignalInbox();
  try {
    if (options.summary !== undefined) mustBeWritable(options.summary);
    const started = await startRun(options, io);
    if (options.detach) return detached(started, options, io);
    if (drawsScreens(io, options)) {
      // The screens take keys and signals themselves.
      inbox.close();
      return await shown(started, options, io);
    }
    const exitCode = await followRun(started, { onSignal: 'stop', print: print.event, inbox });
    await print.finished();
    return exitCode;
  } catch (error) {
    // Before there was a run: usage, an unreadable profile, a folder that cannot be written.
    if (!(error instanceof UsageError || error instanceof Failure)) throw error;
    const { exitCode, summary, diagnoses } = endingOf(error, null);
    print.event(frontResult({ exitCode, summary, diagnoses }));
    await print.finished();
    return exitCode;
  } finally {
    inbox.close();
  }
}

/** In a terminal the run is shown on screens; what they saw last is what the summary file says. */
async function shown(started: FollowedRun, options: RunOptions, io: Io): Promise<number> {
  const screens = await loadScreens();
  const closes = options.yes ?? false;
  const exitCode = await screens.attach(io, started.runId, { owns: true, closes });
  const result = options.summary ? await resultOf(started) : null;
  if (result) await writeSummary(options, result, io);
  return exitCode;
}

async function startRun(options: RunOptions, io: Io): Promise<FollowedRun> {
  const request = runRequest(options, io, newRunId(new Date()));
  const env = await withKeptToken({ env: io.env, home: io.home, processes: systemProcesses });
  return beginRun(places(io.env, io.home).runs, request, env);
}

function detached(started: FollowedRun, options: RunOptions, io: Io): number {
  if (options.json) {
    const { runId, runDir, pid } = started;
    outJson(io, { v: 1, runId, runDir, pid });
  } else {
    io.say(`Run ${started.runId} goes on in the background: steadydancer attach ${started.runId}`);
  }
  return exitCodes.done;
}

/** Prints events as JSON lines or plain words; the result also as Markdown when asked. */
function printer(options: RunOptions, io: Io) {
  let result: EventOf<'result'> | null = null;
  return {
    event(event: Event) {
      if (event.type === 'result') result = event;
      if (options.json) return outJson(io, event);
      if (event.type === 'result') {
        for (const line of resultLines(event)) io.say(line);
        return;
      }
      const line = plainLine(event);
      if (line !== null) io.say(line);
    },
    async finished() {
      if (result) await writeSummary(options, result, io);
    },
  };
}

/** Said before an hour is spent, not after it. @throws UsageError */
function mustBeWritable(summary: string): void {
  const taken = statSync(summary, { throwIfNoEntry: false });
  const folder = statSync(dirname(resolve(summary)), { throwIfNoEntry: false });
  if (summary === '' || taken?.isDirectory() || !folder?.isDirectory()) {
    throw new UsageError(`--summary takes a file in a folder that is there, not \`${summary}\`.`);
  }
}

/** A summary that cannot be written changes nothing about the run, so it is said and no more. */
async function writeSummary(
  { summary }: RunOptions,
  result: EventOf<'result'>,
  io: Io,
): Promise<void> {
  if (summary === undefined) return;
  await writeFile(summary, summaryMarkdown(result)).catch((error: Error) => {
    io.say(`The summary was not written: ${error.message}`);
  });
}
