import type { Event } from '../contract/events.ts';
import { exitCodes } from '../contract/exit-codes.ts';
import { places } from '../profiles/places.ts';
import { findRun } from '../runner/live-runs.ts';
import { type Io, outJson } from './io.ts';
import { drawsScreens, loadScreens } from './load-screens.ts';
import { plainLine, resultLines } from './plain-lines.ts';
import { followRun } from './run-front.ts';
import { SignalInbox } from './signal-inbox.ts';

/**
 * `steadydancer attach [RUN]`: shows a run from its beginning and follows it, as screens in a
 * terminal, else as lines. Leaving it does not stop the run. Gives the run's exit code when it saw
 * its end.
 */
export async function attach(
  wanted: string | undefined,
  options: { json?: boolean; plain?: boolean },
  io: Io,
): Promise<number> {
  const found = await findRun(places(io.env, io.home).runs, wanted);
  if (!found) {
    io.say(wanted ? `There is no run ${wanted}.` : 'There is no run to attach to.');
    return exitCodes.usage;
  }
  const { record, dir } = found;
  if (drawsScreens(io, options)) {
    return (await loadScreens()).attach(io, record.id, { owns: false, closes: false });
  }
  const print = (event: Event) => {
    if (options.json) return outJson(io, event);
    if (event.type === 'result') for (const line of resultLines(event)) io.say(line);
    const line = plainLine(event);
    if (line !== null) io.say(line);
  };
  const run = { runId: record.id, runDir: dir, pid: record.pid };
  return followRun(run, { onSignal: 'leave', print, inbox: new SignalInbox() });
}
