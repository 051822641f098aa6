import { stat } from 'node:fs/promises';
import type Docker from 'dockerode';
import type { Diagnosis } from '../contract/diagnosis.ts';
import { UsageError } from '../contract/failure.ts';
import { followContainerLog } from '../launch/container-log.ts';
import { diagnose } from './diagnose.ts';
import { chunksOf } from './file-chunks.ts';
import { displayLine } from './line.ts';
import { contextAt, type ProofContext } from './proof-context.ts';
import { registered } from './registry.ts';
import type { RunFacts } from './run-facts.ts';

/** A log that is not a run's own: what it shows, and the line that proves it. */
export interface ReadLog {
  /** As a person named it. */
  name: string;
  diagnoses: Diagnosis[];
  proof: ProofContext | null;
}

const AROUND = 3;
/** A container's log of gigabytes: its end tells why it ended. */
const CONTAINER_LINES = 20_000;

/**
 * Reads a log file.
 * @throws UsageError where it is not a file that ends, or cannot be read
 */
export async function readLogFile(
  path: string,
  name: string,
  signal: AbortSignal,
): Promise<ReadLog> {
  await mustBeFile(path, name);
  const diagnoses = await diagnose(chunksOf(path), { signal });
  const line = diagnoses[0]?.evidence.line;
  const proof =
    line === undefined
      ? null
      : await contextAt({ file: name, path }, line, AROUND).catch(() => null);
  return { name, diagnoses, proof };
}

/**
 * A named pipe, a device or a socket may never end: `diagnose /dev/zero` would read for ever. What
 * comes over standard input (`-`) or the shell's `<(…)` is a person's own pipe, and is read.
 * @throws UsageError with a sentence
 */
export async function mustBeFile(path: string, name: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error.code ?? 'unknown');
  if (found === 'ENOENT' || found === 'ENOTDIR') throw new UsageError(`There is no file ${name}.`);
  if (typeof found === 'string') throw new UsageError(`${name} cannot be read (${found}).`);
  if (found.isDirectory()) throw new UsageError(`${name} is a folder, not a log.`);
  // The shell's own pipe, `diagnose <(docker logs x)`: it is open already, and ends.
  const shells = found.isFIFO() && /^\/(?:dev\/fd|proc\/(?:self|\d+)\/fd)\//.test(path);
  if (!found.isFile() && !shells) {
    throw new UsageError(
      `${name} is a pipe or a device, not a file: pass it as standard input, -.`,
    );
  }
}

/** Reads a text that was pasted. */
export async function readText(text: string, name: string, signal: AbortSignal): Promise<ReadLog> {
  const diagnoses = await diagnose([text], { signal });
  const lines = text.split('\n').map(displayLine);
  const at = diagnoses[0]?.evidence.line;
  const proof: ProofContext | null =
    at === undefined
      ? null
      : {
          file: name,
          path: '',
          line: at,
          before: lines.slice(Math.max(0, at - 1 - AROUND), at - 1),
          text: lines[at - 1] ?? '',
          after: lines.slice(at, at + AROUND),
          total: lines.length,
        };
  return { name, diagnoses, proof };
}

/**
 * Reads what a container printed, with what the engine knows of its end.
 * @throws UsageError where there is no such container; what the engine answers else
 */
export async function readContainer(
  docker: Docker,
  wanted: string,
  signal: AbortSignal,
): Promise<ReadLog> {
  const container = docker.getContainer(wanted);
  const info = await container.inspect().catch((error: { statusCode?: number }) => {
    if (error.statusCode === 404) throw new UsageError(`There is no container ${wanted}.`);
    throw error;
  });
  const name = info.Name.replace(/^\//, '');
  const lines: string[] = [];
  const log = await followContainerLog(container, {
    follow: false,
    onLine: (line) => {
      lines.push(line);
      if (lines.length > CONTAINER_LINES) lines.shift();
    },
  });
  await log.ended;
  await log.close();
  const { Running: running, ExitCode: exitCode, OOMKilled: oomKilled } = info.State;
  const facts: RunFacts = { phase: 'launch', oomKilled, ...(running ? {} : { exitCode }) };
  const text = `${lines.join('\n')}\n`;
  const read = await readText(text, name, signal);
  const diagnoses = await diagnose([text], { signal, facts });
  const ended = !running && exitCode !== 0;
  return { ...read, diagnoses: ended ? withEnd(diagnoses, name, exitCode) : diagnoses };
}

/** A container that ended with an error is one, also where its log says nothing that is known. */
function withEnd(diagnoses: Diagnosis[], name: string, exitCode: number): Diagnosis[] {
  const entry = registered('container-exited');
  if (diagnoses.length > 0 || !entry) return diagnoses;
  return [
    {
      code: entry.code,
      title: `Container ${name} ended with exit code ${exitCode}.`,
      cause: 'Its log shows nothing that is known here.',
      evidence: { line: 1, text: `exit code ${exitCode}` },
      fixes: [{ label: 'Read its whole log', command: `docker logs ${name}` }],
      confidence: 0.4,
    },
  ];
}
