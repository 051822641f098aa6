import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { type DanceCommandOptions, dance } from '../../../../src/commands/dance.ts';
import type { Io } from '../../../../src/commands/io.ts';
import { danceSchema } from '../../../../src/contract/dance.ts';

const fixtures = join(import.meta.dirname, '../../../fixtures');

/** A folder with two photos and a clip for each test, and `dance` called in it. */
export function danceFolder() {
  let folder = '';
  const cleanups: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sd-dance-'));
    await copyFile(join(fixtures, 'pictures/plain.png'), join(folder, 'mia.png'));
    await copyFile(join(fixtures, 'pictures/turned.jpg'), join(folder, 'tom.jpg'));
    await copyFile(join(fixtures, 'mp4/h264-aac-faststart.mp4'), join(folder, 'waltz.mp4'));
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0)) await cleanup();
    await rm(folder, { recursive: true });
  });
  return {
    path: (name = '') => join(folder, name),
    /** Done after the test. */
    after(cleanup: () => Promise<unknown>): void {
      cleanups.push(cleanup);
    },
    async run(files: string[], options: DanceCommandOptions) {
      const out: string[] = [];
      const said: string[] = [];
      const io: Io = {
        ...{ env: {}, cwd: folder, home: folder, interactive: false },
        out: (line) => out.push(line),
        say: (line) => said.push(line),
      };
      let error: unknown = null;
      const exitCode = await dance(files, { size: '64x112', ...options }, io).catch((thrown) => {
        error = thrown;
        return null;
      });
      const report = options.json ? danceSchema.strict().parse(JSON.parse(out.at(-1) ?? '')) : null;
      return { exitCode, out, said, error, report };
    },
  };
}
