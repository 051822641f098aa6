import type { Command } from 'commander';
import { exitCodes } from '../../contract/exit-codes.ts';
import type { Io } from '../io.ts';
import { candidatesFor } from './candidates.ts';
import { completionScript, FILES_LINE } from './scripts.ts';
import { valuesHere } from './values.ts';

/** `steadydancer completions SHELL`: the script, on stdout. */
export function completions(shell: string, io: Io): number {
  io.out(completionScript(shell).trimEnd());
  return exitCodes.done;
}

/** `steadydancer __complete WORDS…`: a candidate a line, its description after a tab. Never fails. */
export async function complete(words: string[], program: Command, io: Io): Promise<number> {
  try {
    const { candidates, files } = candidatesFor(words, program, await valuesHere(io));
    for (const { value, description } of candidates) io.out(`${value}\t${firstLine(description)}`);
    if (files) io.out(FILES_LINE);
  } catch {
    // A word in the middle of being typed is no time to tell about an unreadable folder.
  }
  return exitCodes.done;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.replaceAll('\t', ' ') ?? '';
}
