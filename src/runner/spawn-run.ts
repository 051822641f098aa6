import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { isSea } from 'node:sea';
import { RUN_PROCESS_ARGUMENT } from './run-argument.ts';
import { runFiles } from './run-record.ts';

/** A million lines of a build then take 105 MB instead of 203, at 135,000 a second (test/bench/log.ts). */
const SMALL_NURSERY = '--max-semi-space-size=2';

/** The command that starts this very program again. */
export function selfCommand(): [string, ...string[]] {
  if (isSea()) return [process.execPath];
  const script = process.argv[1];
  if (!script) throw new Error('the program does not know its own path');
  return [process.execPath, ...process.execArgv, script];
}

/**
 * Starts the run's process in a session of its own: closing the terminal, a lost ssh connection
 * or a crashed front-end do not reach it. Its words and stack traces go to runner.log.
 */
export function spawnRun(runDir: string, env: NodeJS.ProcessEnv): { pid: number } {
  const log = openSync(join(runDir, runFiles.runnerLog), 'a', 0o600);
  const [file, ...args] = selfCommand();
  const lean = isSea() ? [] : [SMALL_NURSERY];
  const child = spawn(file, [...lean, ...args, RUN_PROCESS_ARGUMENT, runDir], {
    detached: true,
    stdio: ['ignore', log, log],
    env,
    cwd: runDir,
  });
  closeSync(log);
  child.unref();
  if (child.pid === undefined) throw new Error(`${file} could not be started`);
  return { pid: child.pid };
}
