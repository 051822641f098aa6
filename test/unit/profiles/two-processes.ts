import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listProfiles, type ProfileList } from '../../../src/profiles/find-profile.ts';

const script = fileURLToPath(new URL('./save-many.ts', import.meta.url));

/** Two processes save at the same time into one folder; gives what is there afterwards. */
export async function saveFromTwo(count: number): Promise<{ list: ProfileList; files: string[] }> {
  const home = mkdtempSync(join(tmpdir(), 'sd-two-'));
  try {
    const ended = ['a', 'b'].map(async (prefix) => {
      const child = spawn(process.execPath, [script, home, prefix, String(count)], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let said = '';
      child.stderr.on('data', (chunk) => {
        said += chunk;
      });
      const [exitCode] = await once(child, 'close');
      if (exitCode !== 0) throw new Error(`exit ${exitCode}: ${said}`);
    });
    await Promise.all(ended);
    const list = listProfiles({ env: { STEADYDANCER_HOME: home }, home });
    return { list, files: readdirSync(join(home, 'profiles')) };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
