import { writeFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { planSchema } from '../../src/contract/plan.ts';
import { describeWithEngine } from './engine.ts';
import { testDocker } from './images.ts';
import { freePort } from './program.ts';
import { SavedImage } from './saved-image.ts';

describeWithEngine('ready images: by name, packed in any way, and broken', () => {
  const saved = new SavedImage(testDocker());
  beforeAll(async () => {
    await saved.make();
    await saved.pack('gz');
  });
  afterAll(() => saved.remove());

  it('runs an image by its name, as the recipe that its label names', async () => {
    const { result, stderr, events } = await saved.run('--image', saved.ref);
    expect(result, stderr).toMatchObject({ ok: true, exitCode: 0, image: { ref: saved.ref } });
    expect(events[0]).toMatchObject({ type: 'run.started', recipe: 'rehearsal' });
    expect(result.smoke.find(({ id }) => id === 'file')?.status).toBe('ok');
  });

  it('runs one packed by gzip; a tar is not read again when it was loaded', async () => {
    const packed = await saved.run('--image', './image.tar.gz');
    expect(packed.result, packed.stderr).toMatchObject({ ok: true, exitCode: 0 });
    const args = ['--image', './image.tar', '--set', `port=${await freePort()}`];
    const [first, again] = [await saved.run(...args), await saved.run(...args)];
    const phase = ({ result }: typeof first) => result.phases.find(({ id }) => id === 'image');
    expect(phase(first)).toMatchObject({ ok: true, satisfied: false });
    expect(phase(again)).toMatchObject({ ok: true, satisfied: true });
  });

  it('shows commands that can be pasted', async () => {
    await saved.pack('zst');
    const plan = async (name: string, ...more: string[]) => {
      const args = ['plan', '--set', `image=${name}`, ...more, '--json'];
      const { stdout } = await saved.program.call(args);
      return planSchema.parse(JSON.parse(stdout)).commands[0];
    };
    expect(await plan('./image.tar.zst')).toMatch(
      /^docker tag "\$\(zstd --decompress --stdout \S+image\.tar\.zst \| docker load --quiet \| sed .*\)" steadydancer:[0-9a-f]{12}$/,
    );
    const own = ['--set', 'recipe=custom'];
    expect(await plan('nobody/knows:it', ...own)).toBe('docker pull nobody/knows:it');
  });

  it('an image that is not here is not run as SteadyDancer without a GPU: it says what to set', async () => {
    const { result } = await saved.run('--image', 'registry.invalid/some/image:1');
    expect(result).toMatchObject({ ok: false, exitCode: 10 });
    expect(result.summary).toContain('registry.invalid/some/image:1');
    expect(result.diagnoses[0]?.fixes[0]?.command).toBe(
      'steadydancer run --image registry.invalid/some/image:1 --set recipe=custom',
    );
  });

  const cut = async () => {
    const whole = await readFile(saved.file('image.tar.gz'));
    const { size } = await stat(saved.file('image.tar.gz'));
    writeFileSync(saved.file('cut.tar.gz'), whole.subarray(0, size >> 1));
  };
  it.each([
    ['is not there', './absent.tar', 10, /no image file to read at \S+absent\.tar/, () => {}],
    [
      'is something else',
      './notes.tar',
      10,
      /notes\.tar is no archive that docker save makes/,
      () => writeFileSync(saved.file('notes.tar'), 'hello'),
    ],
    [
      'is cut off',
      './cut.tar.gz',
      12,
      /image of \S+cut\.tar\.gz could not be loaded: it is cut off or damaged/,
      cut,
    ],
  ])('a file that %s is named with its cause', async (_, name, exitCode, words, make) => {
    await make();
    const { result } = await saved.run('--image', name, '--set', 'recipe=custom');
    expect(result.summary).toMatch(words);
    expect(result).toMatchObject({ ok: false, exitCode });
  });

  it.each([
    [['--set', 'dockerfile=absent.Dockerfile'], 11, /There is no Dockerfile at \S+absent/],
    [['--image', './image.tar', '--set', 'workflow=broken.json'], 11, /broken\.json is not JSON/],
  ])('%j is refused with the file and its cause', async (args, exitCode, words) => {
    writeFileSync(saved.file('broken.json'), 'no');
    const { result } = await saved.run(...args);
    expect(result.summary).toMatch(words);
    expect(result).toMatchObject({ ok: false, exitCode });
  });
});
