import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { describeWithEngine } from './engine.ts';
import { testDocker } from './images.ts';
import { freePort, ofType, Program } from './program.ts';

describeWithEngine('an image as a file, for another computer', () => {
  const docker = testDocker();
  const here = new Program();
  const there = new Program();
  const folder = join(here.home, 'carried');
  const asked = [
    ...['--profile', 'rehearsal', '--yes', '--set', 'target=file'],
    ...['--set', `outputDir=${folder}`],
  ];
  let ref = '';
  afterAll(async () => {
    await there.call(['stop', '--json']);
    rmSync(here.home, { recursive: true, force: true });
    rmSync(there.home, { recursive: true, force: true });
  });
  const named = (end: RegExp) => readdirSync(folder).find((name) => end.test(name)) ?? '';

  it('is built and saved, with its profile; nothing is started', async () => {
    const { result, events } = await here.run(asked);
    expect(result).toMatchObject({ ok: true, exitCode: 0, container: null, url: null, smoke: [] });
    expect(result.phases.map(({ id }) => id)).toEqual([
      'prepare',
      'validate',
      'dependencies',
      'image',
      'deploy',
    ]);
    expect(readdirSync(folder)).toHaveLength(2);
    const file = join(folder, named(/\.tar\.zst$/));
    const [output] = result.outputs;
    expect(output).toMatchObject({ path: file, mime: 'application/zstd' });
    expect(output?.bytes).toBeGreaterThan(1e7);
    expect(result.summary).toContain(file);
    // A real bar: bytes that grow up to what the engine says the image has.
    const bars = ofType(events, 'build.progress').filter(({ id }) => id === 'saved');
    expect(bars.every(({ current, total }) => current <= total)).toBe(true);
    const notes = ofType(events, 'note').map(({ text }) => text.trim());
    const name = named(/\.json$/).replace(/\.json$/, '');
    expect(notes).toContain(`steadydancer run --profile ${name} --image ${name}.tar.zst`);
    ref = result.image?.ref ?? '';
  });

  it('is not saved again while it is that image', async () => {
    const { result } = await here.run(asked);
    expect(result.phases.find(({ id }) => id === 'deploy')).toMatchObject({ satisfied: true });
    expect(result.outputs).toHaveLength(1);
  });

  it('runs on a computer that has nothing of it, by the two commands that were said', async () => {
    await docker.getImage(ref).remove({ force: true });
    const profile = join(folder, named(/\.json$/));
    const imported = await there.call(['profiles', 'import', profile, '--json']);
    expect(imported.exitCode, imported.stderr).toBe(0);
    const { result } = await there.run([
      ...[
        '--profile',
        named(/\.json$/).replace(/\.json$/, ''),
        '--image',
        join(folder, named(/\.tar\.zst$/)),
      ],
      ...['--yes', '--stop-after', '--set', `port=${await freePort()}`],
    ]);
    expect(result, result.summary).toMatchObject({ ok: true, exitCode: 0 });
    expect(result.smoke.find(({ id }) => id === 'render')?.status).toBe('ok');
  });

  it('refuses what needs a start', async () => {
    const launched = await here.run([...asked, '--until', 'launch']);
    expect(launched.result).toMatchObject({ exitCode: 2, ok: false });
  });
});
