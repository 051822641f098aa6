import { CommanderError } from 'commander';
import { exitCodes } from '../contract/exit-codes.ts';
import { Failure, UsageError } from '../contract/failure.ts';
import { type Io, outJson } from './io.ts';

/** Commands whose `--json` is a stream of events; what ended them is told by its last one. */
const EVENT_STREAMS: readonly (string | undefined)[] = ['run', 'attach', 'logs'];

/** What was asked for, and whether something of it is on stdout. */
export interface Asked {
  argv: readonly string[];
  printed: boolean;
}

/**
 * Tells what ended a command: in words on stderr, and with `--json` as a document on stdout where
 * the command had not printed one. Gives the exit code.
 */
export async function tellEnd(error: unknown, { argv, printed }: Asked, io: Io): Promise<number> {
  const [command] = argv;
  // One document: what has begun to print its own does not get a second one of another kind.
  const json = argv.includes('--json') && !printed;
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.done;
    // commander has said it on stderr; `run --json` still ends with a result.
    const summary = error.message.replace(/^error: /, '');
    if (json && command === 'run') {
      const { frontResult } = await import('./run-front.ts');
      outJson(io, frontResult({ exitCode: exitCodes.usage, summary }));
    } else if (json && !EVENT_STREAMS.includes(command)) {
      outProblem(io, { exitCode: exitCodes.usage, summary, diagnoses: [] });
    }
    return exitCodes.usage;
  }
  const { endingOf } = await import('../pipeline/result.ts');
  const known = error instanceof Failure || error instanceof UsageError;
  const { exitCode, summary, diagnoses } = known ? endingOf(error, null) : bugOf(error);
  io.say(summary);
  for (const fix of diagnoses.flatMap((diagnosis) => diagnosis.fixes)) {
    io.say(`  - ${fix.label}${fix.command ? `:  ${fix.command}` : ''}`);
  }
  if (!known) sayStack(error, io);
  if (json && !EVENT_STREAMS.includes(command)) outProblem(io, { exitCode, summary, diagnoses });
  return exitCode;
}

function outProblem(io: Io, problem: object): void {
  outJson(io, { v: 1, ok: false, ...problem });
}

function bugOf(error: unknown) {
  const text = error instanceof Error ? error.message : String(error);
  const summary = `This is a bug in steadydancer: ${text.split('\n')[0]}`;
  return { exitCode: exitCodes.bug, summary, diagnoses: [] };
}

/** For who mends it; a person has read the sentence before it. */
function sayStack(error: unknown, io: Io): void {
  io.say('Where it happened, for the report (steadydancer bundle collects the rest):');
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  for (const line of stack.split('\n').slice(1)) io.say(line);
}
