import { Failure } from '../contract/failure.ts';
import { type Forward, portAsked } from '../elsewhere/forwards.ts';
import type { OnServer } from '../elsewhere/on-option.ts';
import { Server } from '../elsewhere/server.ts';
import { Cancelled } from '../pipeline/cancel.ts';
import { endingOf } from '../pipeline/result.ts';
import { systemClock } from '../ports/clock.ts';
import { formatBytes, formatOf } from '../text/format.ts';
import { type Io, outJson } from './io.ts';
import { openFrom } from './on-open.ts';
import { frontResult } from './run-front.ts';
import { SignalInbox } from './signal-inbox.ts';

/** Commands after which ComfyUI may answer on the server; undefined is the wizard. */
const MAY_SERVE = [undefined, 'run', 'attach', 'start', 'dance'];
const LOOK_AGAIN_MS = 10_000;

/** What a program that was cut off leaves of a terminal: alternate screen, no cursor, modes (xterm ctlseqs). */
const RESTORE = '\x1b[?1049l\x1b[?25h\x1b[?2004l\x1b[0m';

/** `steadydancer --on HOST …`: the same command on that machine, as if one sat before it. */
export async function on(where: OnServer, io: Io, version: string): Promise<number> {
  try {
    return await onTheServer(where, io, version);
  } catch (error) {
    const [command] = where.args;
    const known = error instanceof Failure || error instanceof Cancelled;
    if (!known || command !== 'run' || !where.args.includes('--json')) throw error;
    // The last line of `run --json` is its result, also where there was no way to the run.
    outJson(io, frontResult(endingOf(error, null)));
    return endingOf(error, null).exitCode;
  }
}

async function onTheServer(where: OnServer, io: Io, version: string): Promise<number> {
  const inbox = new SignalInbox();
  const stop = new AbortController();
  const release = inbox.handOver((signal) => stop.abort(new Cancelled(signal)));
  try {
    const { env } = io;
    const server = await Server.reach(where, {
      env,
      progress: progressLines(where, io, version),
      signal: stop.signal,
    });
    try {
      if (where.args[0] === 'open') return await openFrom(server, where, io, stop.signal);
      release();
      return await session(server, where, io);
    } finally {
      await server.close();
    }
  } finally {
    release();
  }
}

async function session(server: Server, where: OnServer, io: Io): Promise<number> {
  const { args } = where;
  const tty = io.interactive && !args.includes('--json');
  const serves = MAY_SERVE.includes(args[0]) && !args.includes('--detach');
  const over = new AbortController();
  const inbox = new SignalInbox();
  if (serves) await forwardFirst(server, args, io);
  const { ended, signal, leave } = server.session(args, { tty });
  const release = inbox.handOver((name) => {
    // On a terminal its keys reach the program there; what comes otherwise is meant for us.
    if (tty || name === 'SIGHUP') leave();
    else void signal(name === 'SIGINT' ? 'INT' : 'TERM');
  });
  const watched = serves ? watchPorts(server, over.signal) : Promise.resolve([]);
  try {
    const exitCode = await ended;
    over.abort();
    for (const forward of await watched) sayForward(server, forward, io);
    if (tty && serves) await sayWhatStays(server, where, io);
    return exitCode;
  } catch (error) {
    if (tty) process.stdout.write(RESTORE);
    throw error;
  } finally {
    over.abort();
    release();
  }
}

/** Before the screens are drawn: the port that ComfyUI has, or is to have. */
async function forwardFirst(server: Server, args: readonly string[], io: Io): Promise<void> {
  const running = await server.ports();
  for (const port of new Set([portAsked(args), ...running])) {
    const forward = await server.forwards.bring(port);
    if (forward) sayForward(server, forward, io);
    else io.say(`Port ${port} of ${server.host} could not be brought to this computer.`);
  }
}

/** The forwarded port ends with this command; ComfyUI does not. */
async function sayWhatStays(server: Server, { written }: OnServer, io: Io): Promise<void> {
  if ((await server.ports()).length === 0) return;
  io.say(`ComfyUI goes on on ${written}. To see it here:  steadydancer --on ${written} open`);
}

function sayForward({ host }: Server, { there, here }: Forward, io: Io): void {
  const taken = here === there ? '' : ` (port ${there} is taken on this computer)`;
  io.say(`ComfyUI of ${host}, port ${there}, is here at http://127.0.0.1:${here}${taken}`);
}

/** A run may have taken another port than asked for; gives the forwards that were made late. */
async function watchPorts(server: Server, signal: AbortSignal): Promise<Forward[]> {
  const late: Forward[] = [];
  while (!signal.aborted) {
    await systemClock.sleep(LOOK_AGAIN_MS, signal).catch(() => undefined);
    if (signal.aborted) break;
    for (const port of await server.ports()) {
      if (server.forwards.has(port)) continue;
      const forward = await server.forwards.bring(port);
      if (forward) late.push(forward);
    }
  }
  return late;
}

/** What goes where and how large, then a line a quarter; a script is told nothing. */
function progressLines({ written }: OnServer, io: Io, version: string) {
  let quarter = 0;
  return {
    onCopy(folder: string, bytes: number) {
      if (!io.interactive) return;
      io.say(
        `Copying steadydancer ${version} (${formatBytes(bytes)}) to ${written}, folder ${folder}: once for this version.`,
      );
    },
    onBytes(sent: number, total: number) {
      const now = Math.floor((4 * sent) / total);
      if (now === quarter || !io.interactive) return;
      quarter = now;
      io.say(`  ${formatOf(sent, total)}`);
    },
  };
}
