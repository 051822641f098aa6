import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithEngine } from './engine.ts';
import { testDocker } from './images.ts';
import { SavedImage } from './saved-image.ts';

const workflow = join(import.meta.dirname, '../../docker/workflows/rehearsal.api.json');

describeWithEngine('a file of an image, and an own Dockerfile', () => {
  const saved = new SavedImage(testDocker());
  beforeAll(() => saved.make());
  afterAll(() => saved.remove());

  it('runs the image of a file without a GPU, where its label says that it needs none', async () => {
    await saved.pack('zst');
    const { result, stderr, events } = await saved.run('--image', './image.tar.zst');
    expect(result, stderr).toMatchObject({ ok: true, exitCode: 0 });
    expect(events[0]).toMatchObject({ type: 'run.started', recipe: 'rehearsal' });
    expect(result.image?.ref).toBe(`steadydancer:${result.planDigest?.slice(0, 12)}`);
    expect(result.image?.id).toBe((await saved.docker.getImage(saved.ref).inspect()).Id);
    expect(result.outputs.length).toBeGreaterThan(0);
  });

  it('builds a Dockerfile of a person, takes their workflow, and tests what applies', async () => {
    mkdirSync(saved.file('mine'));
    writeFileSync(saved.file('mine/My.Dockerfile'), `FROM ${saved.ref}\nLABEL whose=mine\n`);
    writeFileSync(saved.file('graph.json'), await readFile(workflow));
    const own = ['--set', 'context=mine', '--set', 'dockerfile=My.Dockerfile'];
    const { result, stderr, events } = await saved.run(...own, '--set', 'workflow=graph.json');
    expect(result, stderr).toMatchObject({ ok: true, exitCode: 0, asked: { recipe: 'custom' } });
    expect(events[0]).toMatchObject({ recipe: 'custom' });
    const levels = result.smoke.map(({ id, status }) => `${id} ${status}`);
    expect(levels).toContain('render ok');
    expect(levels).toContain('file ok');
    const info = await saved.docker.getImage(result.image?.ref ?? '').inspect();
    expect(info.Config.Labels).toMatchObject({ whose: 'mine' });
  });
});
