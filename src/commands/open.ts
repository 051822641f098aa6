import { hostname } from 'node:os';
import { exitCodes } from '../contract/exit-codes.ts';
import { Failure } from '../contract/failure.ts';
import { publishedPort, reachable } from '../launch/address.ts';
import { seatOf, type WayToOpen, wayToOpen } from '../launch/browser.ts';
import { lastContainer } from '../launch/start-again.ts';
import { observeHost } from '../machine/host.ts';
import { type Processes, systemProcesses } from '../ports/processes.ts';
import { connectedEngine } from './engine.ts';
import { type Io, outJson } from './io.ts';

export interface OpenOptions {
  profile?: string;
  json?: boolean;
}

/** `steadydancer open`: the browser where the person sits, or the line that brings the address there. */
export async function open(
  options: OpenOptions,
  io: Io,
  processes: Processes = systemProcesses,
): Promise<number> {
  const url = await runningUrl(options, io).catch((error: unknown) => {
    if (options.json) outJson(io, { v: 1, ok: false, url: null, opened: false });
    throw error;
  });
  const { platform, wslDistro, user } = await observeHost({ env: io.env });
  const seat = seatOf(io.env, { platform, user, host: hostname(), wsl: wslDistro !== null });
  const way = wayToOpen(url, seat);
  const opened = await tryBrowsers(way, processes, io);
  const forward = way.kind === 'forward' ? way.line : null;
  if (options.json) {
    outJson(io, { v: 1, ok: true, url, opened, ...(forward ? { forward } : {}) });
    return exitCodes.done;
  }
  if (forward) {
    io.say('From your own computer, then open the address there:');
    io.out(forward);
  }
  io.out(url);
  return exitCodes.done;
}

async function runningUrl({ profile }: OpenOptions, io: Io): Promise<string> {
  const { docker } = await connectedEngine(io);
  const info = await lastContainer(docker, profile);
  const port = info?.State.Running ? publishedPort(info) : null;
  if (!info || port === null) {
    throw new Failure({
      code: 'container-missing',
      sentence: 'ComfyUI is stopped: there is nothing to open.',
      phase: 'launch',
      fixes: [
        {
          label: 'Start it',
          command: `steadydancer start${profile === undefined ? '' : ` --profile ${profile}`}`,
        },
      ],
    });
  }
  const bindings = Object.values(
    (info.HostConfig.PortBindings ?? {}) as Record<string, { HostIp?: string }[]>,
  );
  return `http://${reachable(bindings[0]?.[0]?.HostIp ?? '')}:${port}`;
}

export async function tryBrowsers(way: WayToOpen, processes: Processes, io: Io): Promise<boolean> {
  if (way.kind !== 'browser') return false;
  for (const [file, ...args] of way.commands) {
    const { exitCode } = await processes.run(file, args, { env: io.env });
    if (exitCode === 0) return true;
  }
  return false;
}
