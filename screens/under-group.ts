import { spawn } from 'node:child_process';
import { z } from 'zod';
import type { Io } from '../src/commands/io.ts';
import { choicesSchema } from '../src/contract/choices.ts';
import { exitCodes, signalExitCodes } from '../src/contract/exit-codes.ts';
import { dockerGroupCommand } from '../src/machine/docker-group.ts';
import { selfCommand } from '../src/runner/spawn-run.ts';
import type { Asked } from './deps.ts';

/** In the environment of a wizard that goes on for another one: what that one was asked for. */
const MARK = 'STEADYDANCER_GOES_ON';

const askedSchema = z.object({ choices: choicesSchema, profile: z.string().nullable() });

/** What to go on with in a wizard that was started by `underDockerGroup`; null in any other. */
export function goesOnWith(io: Io): Asked | null {
  try {
    return askedSchema.parse(JSON.parse(io.env[MARK] ?? ''));
  } catch {
    return null;
  }
}

/**
 * Starts the wizard again in this terminal, with group docker in force: what a log-out and log-in
 * would do, without one. Gives its exit code.
 */
export async function underDockerGroup(io: Io, asked: Asked): Promise<number> {
  const [file, ...args] = dockerGroupCommand(selfCommand());
  const env = { ...io.env, [MARK]: JSON.stringify(asked) };
  const child = spawn(file, args, { stdio: 'inherit', env, cwd: io.cwd });
  // Keys of the terminal are the child's; this process only waits for it.
  const ignore = () => {};
  process.on('SIGINT', ignore);
  return new Promise((resolve) => {
    child.once('error', (error) => {
      io.say(
        `${file} could not be started: ${error.message}. Log out and in again, then start anew.`,
      );
      resolve(exitCodes.prepare);
    });
    child.once('close', (code, signal) => {
      process.off('SIGINT', ignore);
      const bySignal = signal === null ? undefined : signalExitCodes[signal as 'SIGINT'];
      resolve(code ?? bySignal ?? exitCodes.bug);
    });
  });
}
