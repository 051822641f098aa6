import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanSchema } from '../../src/contract/clean.ts';
import type { Event } from '../../src/contract/events.ts';
import { noLoopDisk, noOwnEngine, type OwnEngine, ownEngine } from './own-engine.ts';
import { eventSeen, eventsOf, ofType, Program } from './program.ts';

/** A Dockerfile of a person's own on the rehearsal image; each step runs a line of JavaScript. */
const steps = (base: string, ...scripts: string[]) =>
  `FROM ${base}\n${scripts
    .map((script) => `RUN ["/usr/bin/node", "-e", ${JSON.stringify(script)}]\n`)
    .join('')}`;

async function baseImage(program: Program): Promise<string> {
  const { result } = await program.run(['--profile', 'rehearsal', '--yes', '--until', 'image']);
  expect(result.summary).toContain('Done up to image');
  return result.image?.ref ?? '';
}

function context(program: Program, name: string, dockerfile: string): string[] {
  const dir = join(program.home, name);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'Dockerfile'), dockerfile);
  return ['--set', 'recipe=custom', '--set', `context=${dir}`, '--until', 'image', '--yes'];
}

const printed = (text: string) => (event: Event) =>
  event.type === 'build.log' && event.text.includes(text);

const reason = noOwnEngine();

describe.skipIf(reason)(`an engine that dies${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let engine: OwnEngine;
  let program: Program;
  beforeAll(async () => {
    engine = await ownEngine();
    program = new Program({ DOCKER_HOST: engine.host });
  });
  afterAll(async () => {
    rmSync(program.home, { recursive: true, force: true });
    await engine.remove();
  });

  it('in mid-build is said as such, and after its restart the build goes on from there', async () => {
    const base = await baseImage(program);
    // The second step is over at once when it is built again.
    const second = `const p = '/tried'; console.log('in the second step'); setTimeout(() => {}, process.env.QUICK ? 0 : 15000)`;
    const args = context(program, 'dies', steps(base, `console.log('first step')`, second));
    const child = program.start(['run', '--json', ...args]);
    await eventSeen(child, printed('in the second step'));
    await engine.kill();
    const { exitCode, stdout } = await child.finished;
    const result = ofType(eventsOf(stdout), 'result').at(-1);
    expect(exitCode).toBe(12);
    expect(result?.diagnoses[0]?.code).toBe('build-engine-lost');

    await engine.start();
    const again = await program.run(args);
    expect(again.result.summary).toContain('Done up to image');
    const first = ofType(again.events, 'build.vertex').filter(({ name }) => name.includes('first'));
    expect(first.at(-1)).toMatchObject({ state: 'done', cached: true });
  });
});

const noDisk = reason ?? noLoopDisk();

describe.skipIf(noDisk)(`a disk that fills${noDisk ? ` (skipped: ${noDisk})` : ''}`, () => {
  let engine: OwnEngine;
  let program: Program;
  let base: string;
  beforeAll(async () => {
    engine = await ownEngine({ diskMegabytes: 2_000 });
    // The run's own folder is on the disk that fills, as it is for most people.
    program = new Program({
      DOCKER_HOST: engine.host,
      STEADYDANCER_HOME: join(engine.dataRoot, 'steadydancer'),
    });
    base = await baseImage(program);
  });
  afterAll(async () => {
    rmSync(program.home, { recursive: true, force: true });
    await engine.remove();
  });

  /** Writes 20 MB every 100 ms until it is stopped or the disk is full. */
  const fill =
    `const fs = require('fs'); const b = Buffer.alloc(20e6, 1); const f = fs.openSync('/output/big', 'w');
    console.log('filling'); setInterval(() => fs.writeSync(f, b), 100)`.replace(/\n\s*/g, ' ');

  it('is not filled: the guard stops the build first, with the figures', async () => {
    const args = context(program, 'guarded', steps(base, fill));
    const { exitCode, result, events } = await program.run([
      ...args,
      ...['--set', 'diskReserveBytes=400000000'],
    ]);
    expect(exitCode).toBe(16);
    expect(result).toMatchObject({ ok: false, phase: 'image' });
    const [diagnosis] = result.diagnoses;
    expect(diagnosis?.code).toBe('disk-reserve');
    expect(diagnosis?.evidence.text).toMatch(/MB free of 2\.\d GB; 400 MB stay free/);
    expect(diagnosis?.cause).toMatch(/Kept: \d+ of \d+ build steps/);
    // All that was written is this run's: nobody else is blamed.
    expect(diagnosis?.cause).not.toContain('Other programs');
    expect(diagnosis?.cause).toMatch(/This run used (\d+ MB|1\.\d GB)/);
    expect(diagnosis?.disk).toMatchObject({ plannedBytes: null, stepsKept: expect.any(Number) });
    expect(Math.abs(diagnosis?.disk?.otherBytes ?? 1e9)).toBeLessThan(100e6);
    expect(diagnosis?.disk?.runBytes).toBeGreaterThan(500e6);
    expect(diagnosis?.fixes.at(-1)).toMatchObject({ applies: 'retry' });
    expect(diagnosis?.fixes.at(-1)?.readyAgain?.basis).toContain('the stopped step had run');
    const docker = ofType(events, 'disk').filter(({ place }) => place === 'docker');
    expect(docker.some(({ stopsAtBytes }) => stopsAtBytes === 400e6)).toBe(true);
    expect(docker.some(({ downloadsPaused }) => downloadsPaused)).toBe(true);
    // While the step runs nobody is blamed: its bytes are open.
    expect(Math.max(...docker.map(({ written }) => written?.openBytes ?? 0))).toBeGreaterThan(
      300e6,
    );
    const lowest = Math.min(
      ...ofType(events, 'disk')
        .filter(({ place }) => place === 'docker')
        .map(({ freeBytes }) => freeBytes),
    );
    expect(lowest).toBeGreaterThan(50e6);
    // A forecast came only once there were two samples.
    const forecasts = ofType(events, 'disk').filter(({ place }) => place === 'docker');
    expect(forecasts[0]?.fullInSeconds).toBeUndefined();
    expect(forecasts.some(({ fullInSeconds }) => (fullInSeconds ?? 0) > 0)).toBe(true);
    expect(ofType(events, 'note').some(({ text }) => text.includes('is filling up'))).toBe(true);
    // What the stopped step had written is given back.
    await expect.poll(() => free(engine.dataRoot), { timeout: 30_000 }).toBeGreaterThan(600e6);
  });

  it('and what others wrote meanwhile is said, with its figure', async () => {
    const args = context(program, 'shared', steps(base, fill));
    const reserve = ['--set', 'diskReserveBytes=400000000'];
    const child = program.start(['run', '--json', ...args, ...reserve, '--no-cache']);
    await eventSeen(child, printed('filling'));
    const theirs = join(engine.dataRoot, 'theirs');
    writeFileSync(theirs, Buffer.alloc(300e6, 1));
    const { exitCode, stdout } = await child.finished;
    rmSync(theirs);
    expect(exitCode).toBe(16);
    const diagnosis = ofType(eventsOf(stdout), 'result').at(-1)?.diagnoses[0];
    expect(diagnosis?.cause).toMatch(/Other programs wrote (2[5-9]|3[0-4])\d MB to /);
    expect(diagnosis?.disk?.otherBytes).toBeGreaterThan(250e6);
    expect(diagnosis?.disk?.otherBytes).toBeLessThan(350e6);
  });

  it('is full without the guard: the engine says so, journal and report survive', async () => {
    const burst = fill.replace('20e6', '200e6').replace(', 100)', ', 1)');
    const args = context(program, 'full', steps(base, burst));
    const { exitCode, result } = await program.run([...args, '--set', 'diskReserveBytes=0']);
    expect(exitCode).toBe(16);
    expect(result.diagnoses[0]?.code).toMatch(/^disk-full-(build|export)$/);
    expect(result.diagnoses[0]?.cause).toMatch(/Kept: \d+ of \d+ build steps/);
    const journal = readFileSync(join(result.runDir ?? '', 'events.ndjson'), 'utf8').trim();
    expect(JSON.parse(journal.split('\n').at(-1) ?? '')).toMatchObject({
      type: 'result',
      exitCode: 16,
    });
    expect(existsSync(join(result.runDir ?? '', 'ballast'))).toBe(false);
  });

  it('clean lists what the retry does not need, and removes only what is named', async () => {
    const listed = cleanSchema.parse(JSON.parse((await program.call(['clean', '--json'])).stdout));
    expect(listed).toMatchObject({ v: 1, ok: true, removed: [] });
    const kinds = new Set(listed.items.map(({ kind }) => kind));
    expect(kinds).toContain('images');
    const refused = await program.call(['clean', '--yes']);
    expect(refused.exitCode).toBe(2);
    const before = free(engine.dataRoot);
    const done = JSON.parse((await program.call(['clean', '--images', '--yes', '--json'])).stdout);
    expect(done).toMatchObject({ ok: true, failed: [] });
    expect(done.removed.length).toBeGreaterThan(0);
    const after = JSON.parse((await program.call(['clean', '--json'])).stdout);
    expect(after.items.filter(({ kind }: { kind: string }) => kind === 'images')).toEqual([]);
    const cache = JSON.parse((await program.call(['clean', '--cache', '--yes', '--json'])).stdout);
    expect(cache).toMatchObject({ failed: [] });
    expect(free(engine.dataRoot)).toBeGreaterThanOrEqual(before);
  });
});

function free(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}
