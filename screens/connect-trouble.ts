import { join, resolve } from 'node:path';
import manifest from '../package.json' with { type: 'json' };
import { connectionOptions } from '../src/commands/comfy-connection.ts';
import { connectedEngine } from '../src/commands/engine.ts';
import type { Io } from '../src/commands/io.ts';
import { withKeptToken } from '../src/models/kept-token.ts';
import { readResult } from '../src/pipeline/history.ts';
import { systemClock } from '../src/ports/clock.ts';
import { systemProcesses } from '../src/ports/processes.ts';
import { places } from '../src/profiles/places.ts';
import { knownRuns } from '../src/runner/live-runs.ts';
import { readAddress } from '../src/troubleshoot/address-source.ts';
import { writeArchive } from '../src/troubleshoot/bundle/archive.ts';
import { gather } from '../src/troubleshoot/bundle/gather.ts';
import { continueRun } from '../src/troubleshoot/continue-run.ts';
import { chunksOf } from '../src/troubleshoot/file-chunks.ts';
import { type Found, lookAtLog, lookAtRun } from '../src/troubleshoot/found.ts';
import { lineRange } from '../src/troubleshoot/log-lines.ts';
import {
  type ReadLog,
  readContainer,
  readLogFile,
  readText,
} from '../src/troubleshoot/log-source.ts';
import { askPassword, rootRights } from './connect-rights.ts';
import type { Subject } from './state/trouble.ts';
import type { TroubleWorld } from './trouble-world.ts';
import { words } from './words.ts';

/** The world as the pages of a failure see it: it brings the whole engine, so it is loaded late. */
export function troubleWorld(io: Io): TroubleWorld {
  const { runs: runsDir } = places(io.env, io.home);
  const ports = { env: io.env, clock: systemClock, processes: systemProcesses };
  const input = (signal: AbortSignal) => ({ runsDir, home: io.home, cwd: io.cwd, ports, signal });
  return {
    look: async (subject, signal): Promise<Found> => {
      if (subject.kind === 'run') {
        return lookAtRun({ ...input(signal), runDir: join(runsDir, subject.runId) });
      }
      const { diagnoses, proof } = await read(subject, io, runsDir, signal);
      return lookAtLog({ ...input(signal), runDir: null, diagnoses }, proof);
    },
    retry: async (run, retry) =>
      continueRun(run, retry, runsDir, await withKeptToken({ ...ports, home: io.home })),
    containers: async (signal) => {
      const { docker } = await connectedEngine(io);
      const found = await docker.listContainers({ all: true });
      signal.throwIfAborted();
      return found.map(({ Names, Id, Status }) => ({
        name: (Names[0] ?? Id).replace(/^\//, ''),
        status: Status,
      }));
    },
    lastFailed: async () => {
      for (const { dir, record, live } of await knownRuns(runsDir)) {
        if (live) continue;
        const result = await readResult(dir);
        if (!result?.ok) return { runId: record.id, summary: result?.summary ?? '' };
      }
      return null;
    },
    lines: (path, from, to) => lineRange(chunksOf(path), from, to),
    draftBundle: async (runId, signal) => {
      const run = (await knownRuns(runsDir)).find(({ record }) => record.id === runId) ?? null;
      const { files, missing } = await gather({ ...input(signal), run, version: manifest.version });
      const name = `steadydancer-report-${runId ?? 'machine'}.tar.gz`;
      return { files, missing, path: resolve(io.cwd, name) };
    },
    writeBundle: ({ files, path }, signal) =>
      writeArchive(path, (path.split('/').at(-1) ?? '').replace(/\.tar\.gz$/, ''), files, signal),
    rootRights,
    askPassword,
  };
}

async function read(
  subject: Exclude<Subject, { kind: 'run' }>,
  io: Io,
  runsDir: string,
  signal: AbortSignal,
): Promise<ReadLog> {
  switch (subject.kind) {
    case 'file': {
      const path = resolve(io.cwd, subject.path.replace(/^~(?=\/|$)/, io.home));
      return readLogFile(path, subject.path, signal);
    }
    case 'text':
      return readText(subject.text, words.trouble.pasted, signal);
    case 'container':
      return readContainer((await connectedEngine(io)).docker, subject.name, signal);
    case 'address':
      return readAddress(
        connectionOptions({ url: subject.url }, io),
        systemClock,
        join(runsDir, '..', 'smoke'),
        signal,
      );
    default:
      return subject satisfies never;
  }
}
