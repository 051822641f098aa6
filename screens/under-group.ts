import { spawn } from 'node:child_process';
import type { Io } from '../src/commands/io.ts';
import { exitCodes, signalExitCodes } from '../src/contract/exit-codes.ts';
import { dockerGroupCommand } from '../src/machine/docker-group.ts';
import { selfCommand } from '../src/runner/spawn-run.ts';

/** In the environment of a wizard that goes on for another one. */
const MARK = 'STEADYDANCER_GOES_ON';

/** True in a wizard that was started by `underDockerGroup`. */
export function wasUnderWay(io: Io): boolean {
  return Boolean(io.env[MARK]);
}

/**
 * Starts the wizard again in this terminal, with group docker in force: what a log-out and log-in
 * would do, without one. Gives its exit code.
 */
export async function underDockerGroup(io: Io): Promise<number> {
  const [file, ...args] = dockerGroupCommand(selfCommand());
  const env = { ...io.env, [MARK]: '1' };
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
