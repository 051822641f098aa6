import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelOutcome } from '../../../src/models/types.ts';
import { scheduleOf } from './faults.ts';
import { hubFile, startHub } from './hub.ts';
import { pullFrom, REPO, sha256, wantedOf } from './pulling.ts';
import { bytesOf, seeded } from './random.ts';

export interface ScheduleRun {
  seed: number;
  /** `done`, or the code of the failure. */
  ending: string;
  /** What must not be: empty when all is well. */
  problems: string[];
}

/** Runs one schedule of faults against one file, pulls twice, and says what broke a promise. */
export async function runSchedule(seed: number): Promise<ScheduleRun> {
  const random = seeded(seed ^ 0x5eed);
  const file = hubFile(REPO, 'vae/model.bin', bytesOf(seed, random.between(1, 3_000_000)));
  const schedule = scheduleOf(seed);
  const pinned = random.next() < 0.5;
  const hub = await startHub({ files: [file], schedule, direct: random.next() < 0.2 });
  const folder = mkdtempSync(join(tmpdir(), 'sd-faults-'));
  const path = join(folder, file.path);
  const problems: string[] = [];
  const look = (outcome: ModelOutcome | undefined, what: string) => {
    const there = existsSync(path);
    if (there && sha256(path) !== file.sha256)
      problems.push(`${what}: wrong bytes under the final name`);
    if (!outcome) return void problems.push(`${what}: no outcome`);
    const fine = outcome.state === 'done' || outcome.state === 'present';
    if (fine !== there)
      problems.push(`${what}: ${outcome.state}, but the file is ${there ? '' : 'not '}there`);
    if (!fine && !outcome.failure?.code.startsWith('models-')) {
      problems.push(`${what}: a failure without a name: ${outcome.failure?.code}`);
    }
    if (existsSync(`${path}.part.lock`)) problems.push(`${what}: the lock is still there`);
  };
  try {
    const wanted = wantedOf(file, pinned ? { bytes: file.size, sha256: file.sha256 } : {});
    const first = await pullFrom(hub, folder, [wanted], { limits: { stallMs: 120 } });
    look(first.files[0], 'first pull');
    const received = first.events.some((event) => event.type === 'model' && event.bytes > 0);
    if (!first.ok && received && !existsSync(`${path}.part`)) {
      problems.push('what came before the failure was thrown away');
    }
    const ending = first.failure?.code ?? 'done';
    if (first.ok && existsSync(`${path}.part`)) problems.push('a part was left beside the file');
    if (schedule.permanent.kind === 'none' && !first.ok) {
      // Passing faults may still use up all patience; a second pull goes on from there.
      const second = await pullFrom(hub, folder, [wanted], { limits: { stallMs: 120 } });
      look(second.files[0], 'second pull');
    }
    return { seed, ending, problems };
  } finally {
    await hub.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
