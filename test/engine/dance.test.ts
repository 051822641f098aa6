import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readPng } from '../../src/comfyui/media/png.ts';
import { danceSchema } from '../../src/contract/dance.ts';
import { describeWithEngine } from './engine.ts';
import { freePort, Program } from './program.ts';

const fixtures = join(import.meta.dirname, '../fixtures');

/** From a photo and a clip to a film, by the built program and a container of the rehearsal. */
describeWithEngine('dance on a real engine', () => {
  const program = new Program();
  const dance = async (...args: string[]) => {
    const call = ['dance', 'mia.png', 'waltz.mp4', '--size', '64x112', '--json', ...args];
    const { stdout, stderr, exitCode } = await program.call(call);
    return { exitCode, stderr, report: danceSchema.strict().parse(JSON.parse(stdout)) };
  };

  beforeAll(async () => {
    await copyFile(join(fixtures, 'pictures/plain.png'), join(program.home, 'mia.png'));
    await copyFile(join(fixtures, 'mp4/h264-aac-faststart.mp4'), join(program.home, 'waltz.mp4'));
  });
  afterAll(async () => {
    await program.call(['stop']);
    await rm(program.home, { recursive: true, force: true });
  });

  it('says what to do where nothing was ever built, and changes nothing', async () => {
    const { exitCode, stderr, report } = await dance('--profile', 'nobody');
    expect(exitCode).toBe(14);
    expect(report.error?.code).toBe('container-missing');
    expect(stderr).toContain('steadydancer run --profile nobody');
  });

  it('renders in the container that runs, and starts it when it does not', async () => {
    const port = await freePort();
    const { result } = await program.run([
      ...['--profile', 'rehearsal', '--set', `port=${port}`, '--yes'],
    ]);
    expect(result.ok, result.summary).toBe(true);
    const first = await dance('--seed', '1');
    expect(first.exitCode, first.stderr).toBe(0);
    expect(first.report).toMatchObject({ ok: true, rehearsal: true, url: result.url });
    const film = readPng(await readFile(first.report.outputs[0]?.path ?? ''));
    expect(film).toMatchObject({ frameCount: 13, header: { width: 64, height: 112 } });

    await program.call(['stop']);
    const again = await dance('--seed', '2', '-o', 'films/');
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.stderr).toMatch(/was stopped and starts now/);
    expect(await readdir(join(program.home, 'films'))).toEqual(['mia-waltz.png']);
  });

  it('tells a container that memory ended from a server that is merely gone', async () => {
    const { result } = await program.run(['--profile', 'rehearsal', '--yes', '--until', 'image']);
    const context = join(program.home, 'dies');
    await mkdir(context);
    const fault = 'ENV STEADYDANCER_REHEARSAL_FAULT=exit-in-render';
    await writeFile(join(context, 'Dockerfile'), `FROM ${result.image?.ref}\n${fault}\n`);
    const port = await freePort();
    const choices = ['recipe=custom', `context=${context}`, `port=${port}`];
    const launched = await program.run([
      ...choices.flatMap((choice) => ['--set', choice]),
      ...['--yes', '--until', 'launch'],
    ]);
    expect(launched.result.ok, launched.result.summary).toBe(true);
    const { exitCode, stderr, report } = await dance('--profile', 'custom');
    expect(exitCode).toBe(15);
    expect(report.error?.code).toBe('container-oom-killed');
    expect(stderr).toContain('exit code 137');
    await program.call(['stop', '--profile', 'custom']);
  });
});
