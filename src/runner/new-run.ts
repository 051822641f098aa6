import { randomBytes } from 'node:crypto';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../ports/make-folder.ts';
import type { RunRequest } from './request.ts';
import { runFiles } from './run-record.ts';

/** Short, speakable, sorts by time: `20261124-143602-7f3a`. */
export function newRunId(now: Date): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${stamp}-${randomBytes(2).toString('hex')}`;
}

/** Makes the run's folder with its request and an empty journal. Throws what the disk says. */
export async function makeRunFolder(runsDir: string, request: RunRequest): Promise<string> {
  const dir = join(runsDir, request.runId);
  makeFolder(runsDir);
  await mkdir(dir, { mode: 0o700 });
  await writeFile(join(dir, runFiles.request), `${JSON.stringify(request)}\n`, { mode: 0o600 });
  // Here already, so that whoever follows can open it before the run's process has started.
  await (await open(join(dir, runFiles.events), 'a', 0o600)).close();
  return dir;
}
