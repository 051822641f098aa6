import { fetch } from 'undici';
import { exitCodes, signalExitCodes } from '../contract/exit-codes.ts';
import { startAgain } from '../launch/start-again.ts';
import { Cancelled } from '../pipeline/cancel.ts';
import { systemClock } from '../ports/clock.ts';
import { formatDuration } from '../text/format.ts';
import { connectedEngine } from './engine.ts';
import { type Io, outJson } from './io.ts';

export interface StartOptions {
  profile?: string;
  json?: boolean;
}

/** `steadydancer start`: the container of a profile, or the last one, again; builds and tests nothing. */
export async function start(options: StartOptions, io: Io): Promise<number> {
  const controller = new AbortController();
  const signals = Object.keys(signalExitCodes) as (keyof typeof signalExitCodes)[];
  const stop = (signal: NodeJS.Signals) =>
    controller.abort(new Cancelled(signal as keyof typeof signalExitCodes));
  for (const signal of signals) process.once(signal, stop);
  try {
    return await startNow(options, io, controller.signal);
  } catch (error) {
    if (options.json) outJson(io, { v: 1, ok: false, url: null, container: null });
    if (error instanceof Cancelled) return error.exitCode;
    throw error;
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}

async function startNow(options: StartOptions, io: Io, signal: AbortSignal): Promise<number> {
  const { docker, endpoint } = await connectedEngine(io);
  const { profile } = options;
  const launched = await startAgain(
    { local: !endpoint.remote, ...(profile === undefined ? {} : { profile }) },
    {
      docker,
      clock: systemClock,
      fetch,
      emit: (event) => {
        if (event.type === 'note') io.say(event.text);
      },
      // There is one question, a taken port, and its written default is the next one.
      ask: async (question) => question.unattended ?? 'back',
    },
    signal,
  );
  await launched.stopFollowing();
  const { url, id, name, by, readyMs } = launched;
  if (options.json) {
    outJson(io, { v: 1, ok: true, url, container: { id, name } });
  } else {
    io.say(
      by === 'reused' ? `${name} runs:` : `${name} is ready after ${formatDuration(readyMs)}:`,
    );
    io.out(url);
  }
  return exitCodes.done;
}
