import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { runFiles } from '../src/runner/run-record.ts';
import { LineSanitiser } from '../src/text/sanitise.ts';
import { words } from './words.ts';

/** What POSIX names when PAGER is not set, and what every system has where less is missing. */
const PAGER = 'less || more';

/**
 * Shows a run's whole build log in the person's pager, which has the terminal until they leave it;
 * gives why it could not. The file has a build's own bytes: the pager gets lines in which nothing
 * is left but colour.
 */
export async function pageBuildLog(runDir: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  const file = join(runDir, runFiles.buildLog);
  if (
    !(await access(file).then(
      () => true,
      () => false,
    ))
  )
    return words.panes.noLog;
  // As git does it: PAGER is a command with its arguments, for a shell. -R shows colour, -S leaves
  // long lines whole, +G begins at the end; a person's own LESS goes before.
  const command = env.PAGER ? env.PAGER : PAGER;
  const child = spawn('sh', ['-c', command], {
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { ...env, LESS: env.LESS ?? '-RS +G' },
  });
  const ended = new Promise<string | null>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) => resolve(code === 127 ? `${command}: not found` : null));
  });
  // A pager that is left early closes its end.
  await pipeline(Readable.from(sanitised(file)), child.stdin).catch(() => {});
  return ended;
}

async function* sanitised(file: string): AsyncGenerator<string> {
  const sanitiser = new LineSanitiser();
  for await (const chunk of createReadStream(file)) {
    const lines = sanitiser.push(chunk as Buffer);
    if (lines.length > 0) yield `${lines.join('\n')}\n`;
  }
  for (const line of sanitiser.end()) yield `${line}\n`;
}
