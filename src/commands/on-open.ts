import { hostname, userInfo } from 'node:os';
import { exitCodes } from '../contract/exit-codes.ts';
import { Failure } from '../contract/failure.ts';
import type { OnServer } from '../elsewhere/on-option.ts';
import type { Server } from '../elsewhere/server.ts';
import { seatOf, wayToOpen } from '../launch/browser.ts';
import { observeHost } from '../machine/host.ts';
import { systemClock } from '../ports/clock.ts';
import { systemProcesses } from '../ports/processes.ts';
import { type Io, outJson } from './io.ts';
import { tryBrowsers } from './open.ts';

const LOOK_AGAIN_MS = 5_000;

/**
 * `steadydancer --on HOST open`: the server's ComfyUI in the browser of this computer, for as long
 * as this command runs.
 */
export async function openFrom(
  server: Server,
  { written, args }: OnServer,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const [port] = await server.ports();
  const forward = port === undefined ? null : await server.forwards.bring(port);
  if (port === undefined || forward === null) throw nothingToOpen(written, port);
  const url = `http://127.0.0.1:${forward.here}`;
  const { platform, wslDistro } = await observeHost({ env: io.env });
  const here = { platform, user: userInfo().username, host: hostname(), wsl: wslDistro !== null };
  const opened = await tryBrowsers(wayToOpen(url, seatOf(io.env, here)), systemProcesses, io);
  if (args.includes('--json')) outJson(io, { v: 1, ok: true, url, opened });
  else io.out(url);
  io.say(`ComfyUI of ${written} is here until this ends (Ctrl-C).`);
  while (!signal.aborted) {
    await systemClock.sleep(LOOK_AGAIN_MS, signal).catch(() => undefined);
    if (!signal.aborted) await server.stillThere();
  }
  return exitCodes.done;
}

function nothingToOpen(written: string, port: number | undefined): Failure {
  if (port !== undefined) {
    return new Failure({
      code: 'ssh-failed',
      sentence: `Port ${port} of ${written} could not be brought to this computer.`,
    });
  }
  return new Failure({
    code: 'container-missing',
    sentence: `ComfyUI is stopped on ${written}: there is nothing to open.`,
    phase: 'launch',
    fixes: [{ label: 'Start it', command: `steadydancer --on ${written} start` }],
  });
}
