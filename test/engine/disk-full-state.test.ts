// The disk of runs/ is full to its last block, and whoever fills it goes on: on a real filesystem.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statusSchema } from '../../src/contract/status.ts';
import { describeWithEngine } from './engine.ts';
import { loopDisk, noLoopDisk } from './own-engine.ts';
import { eventSeen, eventsOf, ofType, Program } from './program.ts';

const reason = noLoopDisk();

describe.skipIf(reason)(`a disk of the state${reason ? ` (skipped: ${reason})` : ''}`, () => {
  describeWithEngine('that is really full', () => {
    const at = mkdtempSync(join(tmpdir(), 'sd-state-'));
    const program = new Program({ STEADYDANCER_HOME: join(at, 'disk', 'own') });
    beforeAll(() => loopDisk(at, join(at, 'disk'), 900));
    afterAll(() => {
      spawnSync('umount', ['--lazy', join(at, 'disk')]);
      for (const each of [at, program.home]) rmSync(each, { recursive: true, force: true });
    });

    it('leaves a run its journal and its result', async () => {
      const child = program.start([
        ...['run', '--json', '--profile', 'rehearsal', '--yes', '--until', 'image', '--no-cache'],
      ]);
      const begun = await eventSeen(
        child,
        (e) => e.type === 'phase.started' && e.phase === 'validate',
      );
      expect(begun.type).toBe('phase.started');
      // Takes whatever becomes free for as long as the run lasts, the ballast as well.
      const filler = spawn('sh', [
        '-c',
        `i=0; while :; do i=$((i+1)); dd if=/dev/zero of=${join(at, 'disk')}/fill$i bs=64k status=none; dd if=/dev/zero of=${join(at, 'disk')}/fine$i bs=512 count=200 status=none; done 2>/dev/null`,
      ]);
      await expect.poll(() => free(join(at, 'disk')), { timeout: 30_000 }).toBeLessThan(200_000);
      const { exitCode, stdout } = await child.finished;
      filler.kill('SIGKILL');
      const shown = ofType(eventsOf(stdout), 'result').at(-1);
      expect(shown?.exitCode).toBe(exitCode);
      const journal = readFileSync(join(shown?.runDir ?? '', 'events.ndjson'), 'utf8');
      expect(journal.endsWith('\n')).toBe(true);
      const last = JSON.parse(journal.trimEnd().split('\n').at(-1) ?? '');
      expect(last).toMatchObject({ type: 'result', exitCode });
      const status = statusSchema.parse(
        JSON.parse((await program.call(['status', '--json'])).stdout),
      );
      expect(status.run?.state).toBe('finished');
    });
  });
});

function free(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}
