import { spawn } from 'node:child_process';
import { systemProcesses } from '../src/ports/processes.ts';
import type { RootRights } from './deps.ts';

export async function rootRights(): Promise<RootRights> {
  if (process.getuid?.() === 0) return 'have';
  const { exitCode, errno } = await systemProcesses.run('sudo', ['-n', 'true']);
  if (exitCode === 0) return 'have';
  return errno === undefined ? 'password' : 'none';
}

/** sudo remembers the answer for this terminal, so that `sudo -n` works for the commands after it. */
export function askPassword(): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('sudo', ['-v'], { stdio: 'inherit' });
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
}
