import { basename, join, resolve } from 'node:path';
import type { Diagnosis } from '../contract/diagnosis.ts';
import { exitCodes } from '../contract/exit-codes.ts';
import { UsageError } from '../contract/failure.ts';
import { places } from '../profiles/places.ts';
import { findRun } from '../runner/live-runs.ts';
import { readRunRecord } from '../runner/run-record.ts';
import { diagnose as findCauses } from '../troubleshoot/diagnose.ts';
import { chunksOf } from '../troubleshoot/file-chunks.ts';
import { mustBeFile } from '../troubleshoot/log-source.ts';
import { registry } from '../troubleshoot/registry.ts';
import { diagnoseRun } from '../troubleshoot/run-diagnosis.ts';
import { type Io, outJson } from './io.ts';

export interface DiagnoseOptions {
  json?: boolean;
  codes?: boolean;
  /** A run of ours, by its id; true where none is named: the last one. */
  run?: string | true;
  /** A container of the engine, by name or id. */
  container?: string;
}

interface Read {
  diagnoses: Diagnosis[];
  /** What was read, as a person would name it. */
  name: string;
}

/**
 * `diagnose [FILE|RUN|-]`: the causes that a log, a run or a container shows, likeliest first. Exit 0
 * also when it shows none.
 * @throws UsageError when it cannot be read
 */
export async function diagnose(
  file: string | undefined,
  options: DiagnoseOptions,
  io: Io,
): Promise<number> {
  if (options.codes) return listCodes(options, io);
  const read = await readFrom(file, options, io);
  if (options.json) outJson(io, { v: 1, diagnoses: read.diagnoses });
  else for (const line of words(read)) io.out(line);
  return exitCodes.done;
}

async function readFrom(
  file: string | undefined,
  { run, container }: DiagnoseOptions,
  io: Io,
): Promise<Read> {
  if ([file, run, container].filter((one) => one !== undefined).length > 1) {
    throw new UsageError('diagnose reads one thing: a FILE, --run or --container.');
  }
  if (container !== undefined) return ofContainer(container, io);
  if (run !== undefined) return ofRun(run === true ? undefined : run, io);
  if (file === undefined || file === '-') return ofInput(file ?? 'the input', io);
  const path = resolve(io.cwd, file);
  const folder = await readRunRecord(path);
  if (folder) return { diagnoses: await diagnoseRun(path), name: `run ${folder.id}` };
  return mustBeFile(path, file).then(
    () => readToEnd(chunksOf(path), file),
    async (error) => {
      const known = /^[\w-]{4,}$/.test(file) ? await runDir(file, io) : null;
      if (!known) throw error;
      return { diagnoses: await diagnoseRun(known), name: `run ${basename(known)}` };
    },
  );
}

function ofInput(name: string, io: Io): Promise<Read> {
  if (process.stdin.isTTY) io.say('Reading a log from the terminal; Ctrl-D ends it.');
  return readToEnd(process.stdin, name === '-' ? 'the input' : name);
}

async function readToEnd(source: AsyncIterable<Uint8Array>, name: string): Promise<Read> {
  try {
    return { diagnoses: await findCauses(source), name };
  } catch (error) {
    throw new UsageError(`${name} cannot be read to its end: ${(error as Error).message}.`);
  }
}

async function ofRun(wanted: string | undefined, io: Io): Promise<Read> {
  const dir = await runDir(wanted, io);
  if (!dir) throw new UsageError(wanted ? `There is no run ${wanted}.` : 'There is no run yet.');
  return { diagnoses: await diagnoseRun(dir), name: `run ${basename(dir)}` };
}

async function runDir(wanted: string | undefined, io: Io): Promise<string | null> {
  const { runs } = places(io.env, io.home);
  const found = await findRun(runs, wanted);
  return found && join(runs, found.record.id);
}

async function ofContainer(wanted: string, io: Io): Promise<Read> {
  const [{ connectedEngine }, { readContainer }] = await Promise.all([
    import('./engine.ts'),
    import('../troubleshoot/log-source.ts'),
  ]);
  const { docker } = await connectedEngine(io);
  const { diagnoses, name } = await readContainer(docker, wanted, new AbortController().signal);
  return { diagnoses, name: `container ${name}` };
}

function listCodes(options: { json?: boolean }, io: Io): number {
  const codes = registry.map(({ code, title, phase }) => ({ code, title, phase }));
  if (options.json) outJson(io, { v: 1, codes });
  else for (const { code, title } of codes) io.out(`${code.padEnd(30)} ${title}`);
  return exitCodes.done;
}

/** The failure page in plain lines: what, why, proof, what next, other causes. */
function words({ diagnoses, name }: Read): string[] {
  const [first, ...others] = diagnoses;
  if (!first) return [`${name} shows no failure that is known here.`];
  const lines = [
    `${first.title}.`,
    `  Code    ${first.code}${first.confidence < 0.5 ? ', not sure' : ''}`,
    `  Why     ${first.cause}`,
    `  Proof   ${placeOf(first, name)}`,
    ...first.evidence.text
      .trim()
      .split('\n')
      .slice(-4)
      .map((text) => `        > ${text.slice(0, 400)}`),
  ];
  if (first.fixes.length > 0) lines.push('  What next');
  for (const { label, command } of first.fixes) {
    lines.push(`    - ${label}`);
    if (command) lines.push(`        ${command}`);
  }
  if (others.length > 0) lines.push('  Also seen');
  for (const other of others) {
    lines.push(`    - ${other.title} (${other.code}, ${placeOf(other, '').replace(/^, /, '')})`);
  }
  return lines;
}

/** `build.log, line 12`; of a failure that no log has, only what was read. */
function placeOf({ evidence: { file, line } }: Diagnosis, name: string): string {
  if (file !== undefined) return `${file}, line ${line}`;
  return name.startsWith('run ') ? name : `${name}, line ${line}`;
}
