import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Diagnosis } from '../contract/diagnosis.ts';
import { exitCodes } from '../contract/exit-codes.ts';
import { diagnose as findCauses } from '../troubleshoot/diagnose.ts';
import { chunksOf } from '../troubleshoot/file-chunks.ts';
import { registry } from '../troubleshoot/registry.ts';
import { type Io, outJson } from './io.ts';

/**
 * `diagnose [FILE|-]`: the causes that a log shows, likeliest first. Exit 0 also when it shows none;
 * 2 when the file cannot be read.
 */
export async function diagnose(
  file: string | undefined,
  options: { json?: boolean; codes?: boolean },
  io: Io,
): Promise<number> {
  if (options.codes) return listCodes(options, io);
  const path = file === undefined || file === '-' ? null : resolve(io.cwd, file);
  const problem = path === null ? null : await unreadable(path, file ?? '');
  if (problem) {
    io.say(problem);
    return exitCodes.usage;
  }
  if (path === null && process.stdin.isTTY)
    io.say('Reading a log from the terminal; Ctrl-D ends it.');
  let diagnoses: Diagnosis[];
  try {
    diagnoses = await findCauses(path === null ? process.stdin : chunksOf(path));
  } catch (error) {
    io.say(`${file ?? 'The input'} cannot be read to its end: ${(error as Error).message}.`);
    return exitCodes.usage;
  }
  if (options.json) outJson(io, { v: 1, diagnoses });
  else
    for (const line of words(diagnoses, path === null ? 'the input' : (file ?? ''))) io.out(line);
  return exitCodes.done;
}

async function unreadable(path: string, file: string): Promise<string | null> {
  try {
    return (await stat(path)).isDirectory() ? `${file} is a folder, not a log.` : null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? `There is no file ${file}.` : `${file} cannot be read (${code}).`;
  }
}

function listCodes(options: { json?: boolean }, io: Io): number {
  const codes = registry.map(({ code, title, phase }) => ({ code, title, phase }));
  if (options.json) outJson(io, { v: 1, codes });
  else for (const { code, title } of codes) io.out(`${code.padEnd(30)} ${title}`);
  return exitCodes.done;
}

/** The failure page in plain lines: what, why, proof, what next, other causes. */
function words(diagnoses: Diagnosis[], file: string): string[] {
  const [first, ...others] = diagnoses;
  if (!first) return [`${file} shows no failure that is known here.`];
  const lines = [
    `${first.title}.`,
    `  Code    ${first.code}${first.confidence < 0.5 ? ', not sure' : ''}`,
    `  Why     ${first.cause}`,
    `  Proof   ${file}, line ${first.evidence.line}`,
    `        > ${first.evidence.text.trim().slice(0, 400)}`,
  ];
  if (first.fixes.length > 0) lines.push('  What next');
  for (const { label, command } of first.fixes) {
    lines.push(`    - ${label}`);
    if (command) lines.push(`        ${command}`);
  }
  if (others.length > 0) lines.push('  Also seen');
  for (const other of others) {
    lines.push(`    - ${other.title} (${other.code}, line ${other.evidence.line})`);
  }
  return lines;
}
