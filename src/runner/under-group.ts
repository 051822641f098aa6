import { spawn } from 'node:child_process';
import { signalExitCodes } from '../contract/exit-codes.ts';
import { Failure } from '../contract/failure.ts';
import { dockerGroupCommand } from '../machine/docker-group.ts';
import type { GroupNeeded } from '../pipeline/group-needed.ts';
import { RUN_PROCESS_ARGUMENT } from './run-argument.ts';
import { selfCommand } from './spawn-run.ts';

/** Set in the process under the group: a second one would change nothing. */
const MARK = 'STEADYDANCER_UNDER_GROUP';

/**
 * Does the same run again in a process under group docker, with this one's journal and log. Gives
 * its exit code, or a Failure where it could not be started.
 */
export async function runUnderGroup(
  runDir: string,
  { fixes, message }: GroupNeeded,
  signal: AbortSignal,
): Promise<number | Failure> {
  const failure = (proof: string) =>
    new Failure({
      code: 'engine-no-permission',
      sentence: 'Docker runs and you are in group docker now, but not in this session.',
      proof,
      fixes: [{ label: 'Log out and in again, then run again' }, ...fixes],
    });
  if (process.env[MARK]) return failure(message);
  const [file, ...args] = dockerGroupCommand([...selfCommand(), RUN_PROCESS_ARGUMENT, runDir]);
  const child = spawn(file, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, [MARK]: '1' },
  });
  signal.addEventListener('abort', () => child.kill('SIGTERM'));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(failure(error.message)));
    child.once('close', (code, by) => {
      resolve(code ?? signalExitCodes[by as keyof typeof signalExitCodes] ?? 1);
    });
  });
}
