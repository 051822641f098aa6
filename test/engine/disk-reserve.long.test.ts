// No reserve is named: the guard reckons it from the fastest write that it saw, on a disk that is
// written to as fast as this machine can.
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noLoopDisk, noOwnEngine, type OwnEngine, ownEngine } from './own-engine.ts';
import { ofType, Program } from './program.ts';

const DISK_MEGABYTES = 6_500;
const reason = noOwnEngine() ?? noLoopDisk() ?? noRoom();

describe.skipIf(reason)(`a fast writer${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let engine: OwnEngine;
  let program: Program;
  let base: string;
  beforeAll(async () => {
    engine = await ownEngine({ diskMegabytes: DISK_MEGABYTES });
    program = new Program({ DOCKER_HOST: engine.host }, [], { limitMs: 200_000 });
    const { result } = await program.run(['--profile', 'rehearsal', '--yes', '--until', 'image']);
    base = result.image?.ref ?? '';
    expect(result.summary).toContain('Done up to image');
  });
  afterAll(async () => {
    rmSync(program.home, { recursive: true, force: true });
    await engine.remove();
  });

  it('is stopped before the disk is full, and its step given back', async () => {
    const dir = join(program.home, 'fast');
    mkdirSync(dir);
    const script =
      "const fs = require('fs'); const b = Buffer.alloc(64e6, 1); const f = fs.openSync('/output/big', 'w'); const go = () => { fs.writeSync(f, b); setImmediate(go); }; go()";
    const run = `RUN ["/usr/bin/node", "-e", ${JSON.stringify(script)}]`;
    writeFileSync(join(dir, 'Dockerfile'), `FROM ${base}\n${run}\n`);
    const { exitCode, result, events } = await program.run([
      ...['--set', 'recipe=custom', '--set', `context=${dir}`, '--until', 'image', '--yes'],
    ]);
    expect(exitCode, result.summary).toBe(16);
    expect(result.diagnoses[0]?.code).toBe('disk-reserve');
    const docker = ofType(events, 'disk').filter(({ place }) => place === 'docker');
    const lowest = Math.min(...docker.map(({ freeBytes }) => freeBytes));
    const asked = Math.max(...docker.map(({ stopsAtBytes }) => stopsAtBytes ?? 0));
    // 2 GB and 5 s of what it wrote at its fastest; of the 2 GB hardly anything was needed.
    expect(asked).toBeGreaterThan(2.5e9);
    expect(lowest).toBeGreaterThan(1e9);
    await expect.poll(() => free(engine.dataRoot), { timeout: 60_000 }).toBeGreaterThan(5e9);
  });
});

/** The file behind the loop device is written to, up to its size. */
function noRoom(): string | null {
  const spare = free(tmpdir()) - DISK_MEGABYTES * 1e6;
  return spare > 5e9 ? null : 'a disk of 6.5 GB needs 11.5 GB free';
}

function free(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}
