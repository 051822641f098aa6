import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Bundle } from '../contract/bundle.ts';
import { exitCodes } from '../contract/exit-codes.ts';
import { UsageError } from '../contract/failure.ts';
import { systemClock } from '../ports/clock.ts';
import { systemProcesses } from '../ports/processes.ts';
import { places } from '../profiles/places.ts';
import { findRun, type KnownRun } from '../runner/live-runs.ts';
import { formatBytes } from '../text/format.ts';
import { mustBeFree, writeArchive } from '../troubleshoot/bundle/archive.ts';
import { gather } from '../troubleshoot/bundle/gather.ts';
import { type Io, outJson } from './io.ts';

export interface BundleOptions {
  run?: string;
  output?: string;
  json?: boolean;
  yes?: boolean;
}

/**
 * `steadydancer bundle`: one archive for a bug report. Its files are listed with their sizes before
 * it is written: after a person's y, or with --yes.
 * @throws UsageError for a run that is not there; Failure where the file cannot be written
 */
export async function bundle(options: BundleOptions, io: Io, version: string): Promise<number> {
  const { runs: runsDir } = places(io.env, io.home);
  const run = await runOf(runsDir, options.run);
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt);
  try {
    return await bundleOf(run, runsDir, options, io, version, stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    io.say('Nothing was written.');
    return exitCodes.sigint;
  } finally {
    process.off('SIGINT', interrupt);
  }
}

async function bundleOf(
  run: KnownRun | null,
  runsDir: string,
  options: BundleOptions,
  io: Io,
  version: string,
  signal: AbortSignal,
): Promise<number> {
  const name = `steadydancer-report-${run?.record.id ?? stamp(systemClock.now())}`;
  const file = resolve(io.cwd, options.output ?? `${name}.tar.gz`);
  await mustBeFree(file);
  const { files, missing } = await gather({
    run,
    runsDir,
    home: io.home,
    cwd: io.cwd,
    version,
    ports: { env: io.env, clock: systemClock, processes: systemProcesses },
    signal,
  });
  const list: Bundle = {
    v: 1,
    ok: true,
    runId: run?.record.id ?? null,
    entries: files.map(({ name, bytes, what }) => ({ name, bytes, what })),
    missing,
    file,
    written: false,
    bytes: null,
  };
  if (!options.json) for (const line of listLines(list)) io.out(line);
  if (!options.yes && (options.json || !(await agreed(list, io)))) {
    if (options.json) outJson(io, list);
    return options.json ? exitCodes.done : exitCodes.question;
  }
  const bytes = await writeArchive(file, name, files, signal);
  if (options.json) outJson(io, { ...list, written: true, bytes });
  else io.out(`Written: ${file} (${formatBytes(bytes)}). Nothing was sent anywhere.`);
  return exitCodes.done;
}

async function runOf(runsDir: string, wanted: string | undefined): Promise<KnownRun | null> {
  const run = await findRun(runsDir, wanted);
  if (!run && wanted !== undefined) throw new UsageError(`There is no run ${wanted}.`);
  return run;
}

function listLines({ runId, entries, missing, file }: Bundle): string[] {
  return [
    runId ? `A report of run ${runId}:` : 'A report of this machine (there is no run yet):',
    ...entries.map(
      ({ name, bytes, what }) => `  ${formatBytes(bytes).padStart(8)}  ${name.padEnd(16)}  ${what}`,
    ),
    ...missing.map(({ name, why }) => `         -  ${name.padEnd(16)}  not here: ${why}`),
    'Tokens, passwords, signed addresses, your name, home folder, host and network addresses are',
    `replaced. It goes to ${file}`,
  ];
}

async function agreed({ entries }: Bundle, io: Io): Promise<boolean> {
  if (!io.interactive) {
    io.say('Nothing was written: --yes writes it.');
    return false;
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question(
    `Write these ${entries.length} files into one archive? y writes it, anything else does not: `,
  );
  lines.close();
  if (answer.trim().toLowerCase() === 'y') return true;
  io.say('Nothing was written.');
  return false;
}

function stamp(now: Date): string {
  return now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
}
