import { readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Picture } from '../src/comfyui/media/pixels.ts';
import { readPng } from '../src/comfyui/media/png.ts';
import { connectedEngine } from '../src/commands/engine.ts';
import type { Io } from '../src/commands/io.ts';
import { seatOf, type WayToOpen, wayToOpen } from '../src/launch/browser.ts';
import { engineStatus } from '../src/launch/refusals.ts';
import { systemClock } from '../src/ports/clock.ts';
import { systemProcesses } from '../src/ports/processes.ts';
import { places } from '../src/profiles/places.ts';
import { sendControl } from '../src/runner/control-client.ts';
import { followEvents } from '../src/runner/follow.ts';
import { processLives, readRunRecord, runFiles } from '../src/runner/run-record.ts';
import { readBackground } from './connect-background.ts';
import { freeSpaceOf } from './connect-free.ts';
import { pageBuildLog } from './connect-pager.ts';
import type { RunDeps } from './deps.ts';

/** How long a run's process may take to write its record after it was started. */
const RECORD_LIMIT_MS = 10_000;
const STOP_PATIENCE_S = 10;

/** The world as the screens of a run see it. */
export function runDeps(io: Io): RunDeps {
  const { runs } = places(io.env, io.home);
  return {
    clock: systemClock,
    terminal: { stdin: process.stdin, stdout: process.stdout, env: io.env },
    say: io.out,
    follow: (runId, signal) => followRun(join(runs, runId), signal),
    control: (runId, message) => sendControl(join(runs, runId), message),
    wayToOpen: (url) => wayHere(url, io),
    open: (url) => openHere(url, io),
    stopContainer: (id) => stopContainer(id, io),
    background: (runId) => readBackground(runs, runId),
    page: (runId) => pageBuildLog(join(runs, runId), io.env),
    tellDesktop: (text) => tellDesktop(text, io),
    freeSpace: freeSpaceOf(io, runs),
    firstFrame: readFirstFrame,
    profiles: async () => (await import('./connect-profiles.ts')).profilesWorld(io),
    cleaning: async () => (await import('./connect-clean.ts')).cleanWorld(io),
    trouble: async () => (await import('./connect-trouble.ts')).troubleWorld(io),
  };
}

async function* followRun(runDir: string, signal: AbortSignal) {
  const until = systemClock.monotonicMs() + RECORD_LIMIT_MS;
  let record = await readRunRecord(runDir);
  yield* followEvents(join(runDir, runFiles.events), {
    clock: systemClock,
    signal,
    alive: () => {
      const lives = record ? processLives(record.pid, record.pidStartedAt) : false;
      if (lives) return true;
      // Not written yet, or by a process that handed the run on to one under group docker.
      void readRunRecord(runDir).then((read) => {
        record = read;
      });
      return systemClock.monotonicMs() < until && record === null;
    },
  });
}

/** Larger files are no first frame, nor a test video. */
const MAX_PICTURE_BYTES = 64e6;

/** The first picture of a PNG; throws UnreadableMedia where it is none. */
async function readFirstFrame(path: string): Promise<Picture | null> {
  if ((await stat(path)).size > MAX_PICTURE_BYTES) return null;
  const [first] = readPng(await readFile(path)).frames();
  return first ?? null;
}

function wayHere(url: string, io: Io): WayToOpen {
  const { env } = io;
  const here = {
    platform: process.platform,
    wsl: Boolean(env.WSL_DISTRO_NAME),
    user: env.USER ?? env.LOGNAME ?? '',
    host: hostname(),
  };
  return wayToOpen(url, seatOf(env, here));
}

/** Where a desktop is, and nothing but silence where it has no such program. */
function tellDesktop(text: string, { env }: Io): void {
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY) return;
  void systemProcesses.run('notify-send', ['--app-name=SteadyDancer', text], { env });
}

async function openHere(url: string, io: Io): Promise<boolean> {
  const way = wayHere(url, io);
  const commands = way.kind === 'browser' ? way.commands : [];
  for (const [file, ...args] of commands) {
    const { exitCode } = await systemProcesses.run(file, args, { env: io.env });
    if (exitCode === 0) return true;
  }
  return false;
}

async function stopContainer(id: string, io: Io): Promise<void> {
  const { docker } = await connectedEngine(io);
  try {
    await docker.getContainer(id).stop({ t: STOP_PATIENCE_S });
  } catch (error) {
    // It ended (304) or went (404) by itself meanwhile.
    if (![304, 404].includes(engineStatus(error) ?? 0)) throw error;
  }
}
